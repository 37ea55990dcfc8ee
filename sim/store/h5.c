/* h5.c - the few things done with HDF5 over and over: attributes, groups, scales, its errors in words.
 *
 * Nothing carries a time, creation order is tracked everywhere, and attributes stay in the object's header:
 * a variable has a dozen of them, and HDF5's dense storage would cost kilobytes each. Strings have fixed
 * length, so that no heap of variable ones is needed. Truth: tests/unit/test_store.c. */
#include "h5.h"
#include <string.h>

enum { MOST_ATTRIBUTES = 64 };

h5_voice h5_quiet(void)
{
    h5_voice v = {0};
    H5Eget_auto2(H5E_DEFAULT, &v.print, &v.arg);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return v;
}

void h5_loud(h5_voice v)
{
    H5Eset_auto2(H5E_DEFAULT, v.print, v.arg);
}

typedef struct reason { char *out; size_t room; } reason;

static herr_t innermost(unsigned n, const H5E_error2_t *e, void *arg)
{
    const reason *r = arg;
    if (!n && e->desc)
        snprintf(r->out, r->room, "%s", e->desc);
    return 0;
}

const char *h5_reason(char *out, size_t room)
{
    snprintf(out, room, "HDF5 gives no reason");
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, &(reason){out, room});
    H5Eclear2(H5E_DEFAULT);
    return out;
}

bool h5_check(h5 *h, bool good, const char *what)
{
    char why[128];
    if (!good && !h->broken) {
        h->broken = true;
        wr_fail(&h->why, WR_E_IO, "%s: %s", what, h5_reason(why, sizeof why));
    }
    return !h->broken;
}

void h5_close(hid_t id)
{
    if (id >= 0 && H5Iis_valid(id) > 0)
        H5Idec_ref(id);
}

hid_t h5_text_type(size_t bytes)
{
    hid_t t = H5Tcopy(H5T_C_S1);
    if (t < 0 || H5Tset_size(t, bytes ? bytes : 1) < 0 || H5Tset_strpad(t, H5T_STR_NULLPAD) < 0 ||
        H5Tset_cset(t, H5T_CSET_UTF8) < 0) {
        h5_close(t);
        return H5I_INVALID_HID;
    }
    return t;
}

static bool plain(hid_t plan)
{
    return H5Pset_obj_track_times(plan, false) >= 0 && H5Pset_attr_phase_change(plan, MOST_ATTRIBUTES, 0) >= 0 &&
           H5Pset_attr_creation_order(plan, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0;
}

hid_t h5_plan(int rank, const hsize_t *chunk)
{
    hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    bool good = p >= 0 && plain(p);
    if (good && chunk)
        good = H5Pset_chunk(p, rank, chunk) >= 0 && H5Pset_shuffle(p) >= 0 && H5Pset_deflate(p, 1) >= 0;
    if (good)
        return p;
    h5_close(p);
    return H5I_INVALID_HID;
}

hid_t h5_group(h5 *h, const char *name)
{
    if (h->broken)
        return H5I_INVALID_HID;
    hid_t p = H5Pcreate(H5P_GROUP_CREATE), g = H5I_INVALID_HID;
    if (p >= 0 && plain(p) && H5Pset_link_creation_order(p, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0)
        g = H5Gcreate2(h->file, name, H5P_DEFAULT, p, H5P_DEFAULT);
    h5_check(h, g >= 0, name);
    h5_close(p);
    return g;
}

/* ---- attributes ------------------------------------------------------------------------------------ */
static void attribute(h5 *h, hid_t of, const char *name, hid_t type, const void *data)
{
    if (h->broken)
        return;
    hid_t space = H5Screate(H5S_SCALAR), a = H5Acreate2(of, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    h5_check(h, a >= 0 && H5Awrite(a, type, data) >= 0, name);
    h5_close(a);
    h5_close(space);
}

void h5_attr_text(h5 *h, hid_t of, const char *name, const char *s)
{
    hid_t type = h5_text_type(strlen(s));
    attribute(h, of, name, type, s);
    h5_close(type);
}

void h5_attr_int(h5 *h, hid_t of, const char *name, int64_t x)
{
    attribute(h, of, name, H5T_NATIVE_INT64, &x);
}

void h5_attr_real(h5 *h, hid_t of, const char *name, double x)
{
    attribute(h, of, name, H5T_NATIVE_DOUBLE, &x);
}

/* ---- small datasets ------------------------------------------------------------------------------------ */
void h5_text(h5 *h, hid_t in, const char *name, const char *s)
{
    if (h->broken)
        return;
    hid_t type = h5_text_type(strlen(s)), space = H5Screate(H5S_SCALAR), plan = h5_plan(0, NULL);
    hid_t d = H5Dcreate2(in, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    h5_check(h, d >= 0 && H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, s) >= 0, name);
    h5_close(d);
    h5_close(plan);
    h5_close(space);
    h5_close(type);
}

hid_t h5_scale(h5 *h, hid_t in, const char *name, const char *unit, hid_t type, const void *data, hsize_t n)
{
    if (h->broken)
        return H5I_INVALID_HID;
    hid_t space = H5Screate_simple(1, &n, NULL), plan = h5_plan(0, NULL);
    hid_t d = H5Dcreate2(in, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    bool good =
        d >= 0 && (!n || H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0) && H5DSset_scale(d, name) >= 0;
    if (h5_check(h, good, name) && unit)
        h5_attr_text(h, d, "units", unit);
    h5_close(plan);
    h5_close(space);
    return d;
}

void store_library(char out[24])
{
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(out, 24, "%u.%u.%u", major % 1000, minor % 1000, release % 1000);
}
