/* theme.c - colours of Okabe and Ito, each with one meaning on every chart, and a dash of its own.
 *
 * A student who has learnt one chart reads all: green was served, orange was throttled, blue is capacity.
 * What must be told apart without colour differs in dash, or in lightness where it is an area. */
#include "charts.h"

enum { BLACK = 0x000000, ORANGE = 0xe69f00, SKY = 0x56b4e9, GREEN = 0x009e73, YELLOW = 0xf0e442, BLUE = 0x0072b2,
       VERMILLION = 0xd55e00, PURPLE = 0xcc79a7 };

static const struct { uint32_t rgb; double width; enum dash dash; double fill; } roles[ROLES] = {
    [ROLE_OFFERED] = {BLACK, 1.5, DASHED, 0.15},
    [ROLE_SERVED] = {GREEN, 1.8, SOLID, 0.55},
    [ROLE_THROTTLED] = {ORANGE, 1.8, SOLID, 0.85},
    [ROLE_FAILED] = {VERMILLION, 1.6, LONGDASH, 0.85},
    [ROLE_TIMEOUT] = {PURPLE, 1.6, DASHDOT, 0.85},
    [ROLE_REFUSED] = {YELLOW, 1.6, DOTTED, 0.95},
    [ROLE_CAPACITY] = {BLUE, 1.8, SOLID, 0.30},
    [ROLE_USED] = {SKY, 1.6, SOLID, 0.60},
    [ROLE_DESIRED] = {BLACK, 1.4, DASHED, 0.15},
    [ROLE_BOOTING] = {SKY, 1.4, DOTTED, 0.85},
    [ROLE_LATENCY] = {BLUE, 1.6, SOLID, 0.20},
    [ROLE_OBJECTIVE] = {BLACK, 1.2, DASHDOT, 0.10},
    [ROLE_OTHER] = {0x888888, 1.4, DOTTED, 0.60}};

ink theme_ink(uint32_t rgb, double alpha)
{
    return (ink){rgb, alpha};
}

pen theme_pen(enum role r)
{
    return (pen){{roles[r].rgb, 1}, roles[r].width, roles[r].dash};
}

ink theme_fill(enum role r)
{
    return (ink){roles[r].rgb, roles[r].fill};
}

ink theme_darker(ink i)
{
    uint32_t r = i.rgb >> 16 & 255, g = i.rgb >> 8 & 255, b = i.rgb & 255;
    uint32_t light = (299 * r + 587 * g + 114 * b) / 1000, keep = light > 190   ? 45
                                                                  : light > 120 ? 65
                                                                                : 90; /* per cent */
    return (ink){(r * keep / 100) << 16 | (g * keep / 100) << 8 | b * keep / 100, 1};
}

ink theme_word(enum role r)
{
    return theme_darker((ink){roles[r].rgb, 1});
}

pen theme_line(size_t i)
{
    static const uint32_t rgb[] = {BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK};
    static const enum dash dash[] = {SOLID, LONGDASH, DASHDOT, DASHED, DOTTED};
    size_t n = sizeof rgb / sizeof *rgb, d = sizeof dash / sizeof *dash;
    return (pen){{rgb[i % n], 1}, 1.7, dash[i % d]};
}

enum role theme_outcome(const char *outcome)
{
    static const struct { const char *name; enum role role; } of[] = {
        {"ok", ROLE_SERVED}, {"throttled", ROLE_THROTTLED}, {"timeout", ROLE_TIMEOUT}, {"rejected", ROLE_REFUSED},
        {"error", ROLE_FAILED}, {"failed", ROLE_FAILED}, {"conflict", ROLE_OTHER}, {"invalid", ROLE_OTHER}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (!strcmp(of[i].name, outcome))
            return of[i].role;
    return ROLE_OTHER;
}

font theme_font(double size, bool bold, enum align align)
{
    return (font){.size = size, .ink = {INK_TEXT, 1}, .align = align, .bold = bold};
}

font theme_quiet(double size, enum align align)
{
    return (font){.size = size, .ink = {INK_QUIET, 1}, .align = align};
}
