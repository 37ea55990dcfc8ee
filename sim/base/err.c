/* err.c - failures of the world, as a code and a text; what is too long is cut. Truth: tests/unit/test_base.c. */
#include <stdarg.h>
#include <weir/err.h>

int wr_fail(wr_err *err, int code, const char *fmt, ...)
{
    if (!err)
        return code;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    err->code = code;
    return code;
}
