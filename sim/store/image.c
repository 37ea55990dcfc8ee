/* image.c - an HDF5 file that is built in memory and handed over as bytes when it is closed.
 *
 * HDF5's core driver keeps the file in a buffer; our callbacks own that buffer, so that it is zeroed where
 * nothing was written and survives the closing. H5Fget_file_image would be shorter, but it leaves a wrong
 * checksum in superblocks of version 2 (HDF5 1.10.8). The end of the file is read from the superblock, since
 * the buffer grows in steps. Truth: tests/unit/test_store.c. */
#include "h5.h"
#include <stdlib.h>
#include <string.h>

enum { GROW = 1 << 20, EOF_AT = 28, VERSION_AT = 8, VERSION = 2 }; /* of a superblock as H5F_LIBVER_V18 writes it */

static void *grow(void *p, size_t size, H5FD_file_image_op_t op, void *arg)
{
    image *m = arg;
    (void)op;
    m->bytes = memory_grow(p, m->room, size);
    m->room = size;
    return m->bytes;
}

static void *get(size_t size, H5FD_file_image_op_t op, void *arg)
{
    return grow(NULL, size, op, arg);
}

static void *copy(void *to, const void *from, size_t size, H5FD_file_image_op_t op, void *arg)
{
    (void)op;
    (void)arg;
    return memcpy(to, from, size);
}

static herr_t keep(void *p, H5FD_file_image_op_t op, void *arg)
{
    image *m = arg;
    m->closed = op == H5FD_FILE_IMAGE_OP_FILE_CLOSE && p == m->bytes;
    return 0;
}

static void *same(void *arg)
{
    return arg;
}

static herr_t leave(void *arg)
{
    (void)arg;
    return 0;
}

static bool prepare(hid_t access, hid_t plan, image *m)
{
    const unsigned ordered = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    H5FD_file_image_callbacks_t calls = {.image_malloc = get,
                                         .image_memcpy = copy,
                                         .image_realloc = grow,
                                         .image_free = keep,
                                         .udata_copy = same,
                                         .udata_free = leave,
                                         .udata = m};
    return H5Pset_fapl_core(access, GROW, false) >= 0 && H5Pset_file_image_callbacks(access, &calls) >= 0 &&
           H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
           H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0 &&
           H5Pset_obj_track_times(plan, false) >= 0 && H5Pset_link_creation_order(plan, ordered) >= 0 &&
           H5Pset_attr_creation_order(plan, ordered) >= 0;
}

hid_t image_open(image *m)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), plan = H5Pcreate(H5P_FILE_CREATE), file = H5I_INVALID_HID;
    *m = (image){0};
    if (prepare(access, plan, m))
        file = H5Fcreate("weir.h5", H5F_ACC_TRUNC, plan, access); /* a name for messages: no such file is made */
    h5_close(plan);
    h5_close(access);
    return file;
}

size_t image_close(image *m, hid_t file)
{
    uint64_t end = 0;
    bool good = file >= 0 && H5Fclose(file) >= 0;
    if (!good || !m->closed || m->room < EOF_AT + sizeof end || m->bytes[VERSION_AT] != VERSION)
        return 0;
    for (size_t i = sizeof end; i-- > 0;)
        end = end << 8 | m->bytes[EOF_AT + i];
    return end <= m->room ? (size_t)end : 0;
}
