/* test_sha256.c - the vectors of FIPS 180-4 and NIST, pieces of every length, and the fixed hashes. */
#include "../../sim/base/base.h"
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void is(const char *data, size_t len, const char *hex)
{
    sha256 s;
    char out[65];
    sha256_init(&s);
    sha256_add(&s, data, len);
    sha256_hex(&s, out);
    assert_string_equal(out, hex);
}

static void test_the_published_vectors_come_out(void **state)
{
    (void)state;
    is("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    is("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    is("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
       "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu", 112,
       "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

static void test_a_million_letters_in_uneven_pieces(void **state)
{
    (void)state;
    sha256 s;
    char a[997], out[65];
    memset(a, 'a', sizeof a);
    sha256_init(&s);
    for (size_t left = 1000000; left;) {
        size_t n = left % sizeof a ? left % sizeof a : sizeof a;
        sha256_add(&s, a, n);
        left -= n;
    }
    sha256_hex(&s, out);
    assert_string_equal(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void test_pieces_do_not_matter(void **state)
{
    (void)state;
    char data[200], whole[65], pieces[65];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (char)i;
    for (size_t len = 0; len <= sizeof data; len++) {
        sha256 s, t;
        sha256_init(&s);
        sha256_init(&t);
        sha256_add(&s, data, len);
        for (size_t i = 0; i < len; i++)
            sha256_add(&t, data + i, 1);
        sha256_hex(&s, whole);
        sha256_hex(&t, pieces);
        assert_string_equal(whole, pieces);
    }
}

static void test_fixed_hashes_never_change(void **state)
{
    (void)state;
    /* the third number of splitmix64 from 0 on is mix64 of three times its step */
    assert_true(mix64(0x9e3779b97f4a7c15u) == 0xe220a8397b1dcdafu);
    assert_true(mix64(2 * 0x9e3779b97f4a7c15u) == 0x6e789e6aa1b965f4u);
    assert_true(mix64(3 * 0x9e3779b97f4a7c15u) == 0x06c45d188009454fu);
    assert_true(hash_text("") == mix64(0xcbf29ce484222325u));
    assert_true(hash_text("a") == mix64(0xaf63dc4c8601ec8cu)); /* FNV-1a of "a" */
    assert_true(hash_text("foobar") == mix64(0x85944171f73967e8u));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_published_vectors_come_out),
        cmocka_unit_test(test_a_million_letters_in_uneven_pieces),
        cmocka_unit_test(test_pieces_do_not_matter),
        cmocka_unit_test(test_fixed_hashes_never_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
