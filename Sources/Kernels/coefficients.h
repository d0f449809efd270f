#ifndef GRAD_COEFFICIENTS_H
#define GRAD_COEFFICIENTS_H

// Made by scripts/oracles/coefficients.py; change it there.

#include "clones.h"

#pragma clang fp contract(off)

// (exp(r) - 1 - r) / r^2
GRAD_INLINE double f64_exp_tail(double u) {
    const double u2 = u * u;
    double p = 0x1.289185613a3d6p-22;
    p = p * u2 + 0x1.a019b90d2ae7ap-16;
    p = p * u2 + 0x1.6c16c1788bd90p-10;
    p = p * u2 + 0x1.5555555553d63p-5;
    p = p * u2 + 0x1.0000000000001p-1;
    double q = 0x1.af38a9b0ec855p-26;
    q = q * u2 + 0x1.71de0dae63bb3p-19;
    q = q * u2 + 0x1.a01a01a7c41d5p-13;
    q = q * u2 + 0x1.11111111109b3p-7;
    q = q * u2 + 0x1.5555555555556p-3;
    return p + u * q;
}

// (exp(r) - 1 - r) / r^2
GRAD_INLINE float f32_exp_tail(float u) {
    float p = 0x1.a124f20000000p-13f;
    p = p * u + 0x1.6d43240000000p-10f;
    p = p * u + 0x1.1110e00000000p-7f;
    p = p * u + 0x1.5554ea0000000p-5f;
    p = p * u + 0x1.5555560000000p-3f;
    p = p * u + 0x1.0000000000000p-1f;
    return p;
}

// (log((1 + s) / (1 - s)) - 2 s) / s^3 in z = s^2
GRAD_INLINE double f64_log_tail(double u) {
    const double u2 = u * u;
    double p = 0x1.2b5900de53b32p-3;
    p = p * u2 + 0x1.7462b51cb66b1p-3;
    p = p * u2 + 0x1.2492492df281ap-2;
    p = p * u2 + 0x1.5555555555558p-1;
    double q = 0x1.39fe51a7c18f9p-3;
    q = q * u2 + 0x1.c71c62e3f11e6p-3;
    q = q * u2 + 0x1.99999999952d7p-2;
    return p + u * q;
}

// (log((1 + s) / (1 - s)) - 2 s) / s^3 in z = s^2
GRAD_INLINE float f32_log_tail(float u) {
    float p = 0x1.2ee6560000000p-2f;
    p = p * u + 0x1.997c2e0000000p-2f;
    p = p * u + 0x1.55555c0000000p-1f;
    return p;
}

// ((log((1 + s) / (1 - s)) - 2 s) / s^3 - 2/3) / z in z = s^2
GRAD_INLINE double f64_pow_tail(double u) {
    const double u2 = u * u;
    double p = 0x1.82bdacb8484c9p-4;
    p = p * u2 + 0x1.e1e13f4ddfdd4p-4;
    p = p * u2 + 0x1.3b13b138ef3f7p-3;
    p = p * u2 + 0x1.c71c71c71c705p-3;
    p = p * u2 + 0x1.999999999999ap-2;
    double q = 0x1.986d120428349p-4;
    q = q * u2 + 0x1.af468a7a862cdp-4;
    q = q * u2 + 0x1.1111121fe6062p-3;
    q = q * u2 + 0x1.745d1745d3f1ap-3;
    q = q * u2 + 0x1.2492492492492p-2;
    return p + u * q;
}

// (sin(r) - r) / r^3 in z = r^2
GRAD_INLINE double f64_sin_tail(double u) {
    const double u2 = u * u;
    double p = -0x1.ab17a79237a19p-41;
    p = p * u2 + -0x1.ae64541266378p-26;
    p = p * u2 + -0x1.a01a01a019936p-13;
    p = p * u2 + -0x1.5555555555555p-3;
    double q = 0x1.61217ec01749dp-33;
    q = q * u2 + 0x1.71de3a54605eep-19;
    q = q * u2 + 0x1.1111111111110p-7;
    return p + u * q;
}

// (cos(r) - 1 + r^2 / 2) / r^4 in z = r^2
GRAD_INLINE double f64_cos_tail(double u) {
    double p = -0x1.907d7aebd5e3dp-37;
    p = p * u + 0x1.1eeb68b109173p-29;
    p = p * u + -0x1.27e4fa17a41b4p-22;
    p = p * u + 0x1.a01a019f4e867p-16;
    p = p * u + -0x1.6c16c16c16966p-10;
    p = p * u + 0x1.5555555555555p-5;
    return p;
}

// the same for a result in single precision
GRAD_INLINE double f64_sin_short(double u) {
    double p = 0x1.6dbdd26f56d2dp-19;
    p = p * u + -0x1.a013a6edc8f34p-13;
    p = p * u + 0x1.11110deeb33b2p-7;
    p = p * u + -0x1.555555545dd83p-3;
    return p;
}

// the same for a result in single precision
GRAD_INLINE double f64_cos_short(double u) {
    double p = 0x1.9bd86445fb99bp-16;
    p = p * u + -0x1.6c12d2887c343p-10;
    p = p * u + 0x1.555554414e3a6p-5;
    return p;
}

// erf(x) / x - 1 in z = x^2
GRAD_INLINE double f64_erf_tail(double u) {
    const double u2 = u * u;
    double p = 0x1.05ffd737fb32ep-34;
    p = p * u2 + 0x1.f7b4bf3b13964p-27;
    p = p * u2 + 0x1.b9df224ca4b97p-20;
    p = p * u2 + 0x1.f9a321d5b8e1ep-14;
    p = p * u2 + 0x1.565bcd0dbaa38p-8;
    p = p * u2 + 0x1.ce2f21a042b30p-4;
    p = p * u2 + 0x1.06eba8214db69p-3;
    double q = -0x1.389d4f2641625p-30;
    q = q * u2 + -0x1.5f1ecb6f0764cp-23;
    q = q * u2 + -0x1.f4d1e3183f7aep-17;
    q = q * u2 + -0x1.c02db3dac435fp-11;
    q = q * u2 + -0x1.b82ce31284e00p-6;
    q = q * u2 + -0x1.812746b0379e6p-2;
    return p + u * q;
}

// erf(x) / x - 1 in z = x^2
GRAD_INLINE float f32_erf_tail(float u) {
    const float u2 = u * u;
    float p = 0x1.4a56900000000p-14f;
    p = p * u2 + 0x1.5412700000000p-8f;
    p = p * u2 + 0x1.ce2d100000000p-4f;
    p = p * u2 + 0x1.06eba80000000p-3f;
    float q = -0x1.a450880000000p-11f;
    q = q * u2 + -0x1.b7faba0000000p-6f;
    q = q * u2 + -0x1.81273e0000000p-2f;
    return p + u * q;
}

// exp(u^2) erfc(u) for 1 <= u <= 6 in t = (u - 2) / (u + 2)
GRAD_INLINE double f64_erfc_middle(double u) {
    const double u2 = u * u;
    double p = 0x1.06de90fce20e3p-18;
    p = p * u2 + -0x1.d8072f8b2af1ep-17;
    p = p * u2 + 0x1.ce18d5b499621p-16;
    p = p * u2 + 0x1.6d5bf00483674p-15;
    p = p * u2 + -0x1.bc25a2a5685b8p-11;
    p = p * u2 + 0x1.e9471595c0b9dp-9;
    p = p * u2 + 0x1.eeea7dc8a7932p-3;
    p = p * u2 + 0x1.058671b52c776p-2;
    double q = 0x1.e89749bb276c3p-20;
    q = q * u2 + -0x1.cfd845cfda3f9p-16;
    q = q * u2 + 0x1.6dac8e32716eep-13;
    q = q * u2 + -0x1.016b61e9c90a9p-10;
    q = q * u2 + 0x1.ca95ed5c92a4bp-8;
    q = q * u2 + -0x1.437f0b68c2dc0p-4;
    q = q * u2 + -0x1.b57034efd3f69p-2;
    return p + u * q;
}

// exp(u^2) erfc(u) for 1 <= u <= 6 in t = (u - 2) / (u + 2)
GRAD_INLINE float f32_erfc_middle(float u) {
    const float u2 = u * u;
    float p = -0x1.617ea40000000p-10f;
    p = p * u2 + 0x1.f559980000000p-9f;
    p = p * u2 + 0x1.eee8420000000p-3f;
    p = p * u2 + 0x1.0586740000000p-2f;
    float q = 0x1.c07b4e0000000p-8f;
    q = q * u2 + -0x1.4377ec0000000p-4f;
    q = q * u2 + -0x1.b5703a0000000p-2f;
    return p + u * q;
}

// (1/2 - Phi(-a)) / a for 0 <= a <= 0.6 in z = a^2
GRAD_INLINE double f64_normal_inner(double u) {
    const double u2 = u * u;
    double p = 0x1.2058dc9304549p-29;
    p = p * u2 + 0x1.658452dbd8d43p-21;
    p = p * u2 + 0x1.e42b0d03f3f32p-14;
    p = p * u2 + 0x1.46d0429768bbap-7;
    p = p * u2 + 0x1.9884533d43651p-2;
    double q = -0x1.6121756f7cdcap-25;
    q = q * u2 + -0x1.3ce8e71e142a2p-17;
    q = q * u2 + -0x1.37403f6b49aa0p-10;
    q = q * u2 + -0x1.1058377e2cedep-4;
    return p + u * q;
}

// (1/2 - Phi(-a)) / a for 0 <= a <= 0.6 in z = a^2
GRAD_INLINE float f32_normal_inner(float u) {
    float p = 0x1.c1ef2a0000000p-14f;
    p = p * u + -0x1.3695ec0000000p-10f;
    p = p * u + 0x1.46cd8a0000000p-7f;
    p = p * u + -0x1.1058340000000p-4f;
    p = p * u + 0x1.9884540000000p-2f;
    return p;
}

// (a + 5) exp(a^2 / 2) Phi(-a) from a = 0.6 on in t = (a - 5) / (a + 5); with its low part
GRAD_INLINE double f64_normal_tail(double u, double *low) {
    const double u2 = u * u, u4 = u2 * u2;
    double p = -0x1.159a6f3e75535p-24;
    p = p * u4 + -0x1.73945f80d4143p-19;
    p = p * u4 + -0x1.f214412fa766fp-15;
    p = p * u4 + 0x1.54b4d4f4f0ad8p-6;
    p = p * u4 + 0x1.fb31653876f98p-2;
    double q = -0x1.ed5307f03636ep-28;
    q = q * u4 + -0x1.66e4ddafdfeaep-22;
    q = q * u4 + -0x1.a1701078b37a0p-15;
    q = q * u4 + -0x1.88590e9900b5fp-9;
    q = q * u4 + -0x1.410ed5f87595cp-2;
    double r = 0x1.dd8f01fe6d468p-28;
    r = r * u4 + 0x1.cfaebaaf1a2e0p-22;
    r = r * u4 + 0x1.17dbff8fbf4efp-16;
    r = r * u4 + -0x1.a25038215deb3p-11;
    r = r * u4 + 0x1.51f6329f013c2p-3;
    double s = 0x1.2e1892f0c05d1p-30;
    s = s * u4 + 0x1.5160ad28f3c63p-25;
    s = s * u4 + 0x1.0b138fd8d5ef3p-18;
    s = s * u4 + 0x1.1daf1aeaa5565p-11;
    s = s * u4 + -0x1.1b1c254ca3877p-4;
    const double inner = u * ((p + u * q) + u2 * (r + u * s)), factor = -0x1.54ad03f27ca18p-1 + inner, rest = u * factor, sum = 0x1.89d3abe1f95aep-1 + rest;
    *low = ((0x1.89d3abe1f95aep-1 - sum) + rest) + u * ((-0x1.54ad03f27ca18p-1 - factor) + inner);
    return sum;
}

// (a + 5) exp(a^2 / 2) Phi(-a) from a = 0.6 on in t = (a - 5) / (a + 5); with its low part
GRAD_INLINE float f32_normal_tail(float u, float *low) {
    const float u2 = u * u;
    float p = -0x1.baac080000000p-11f;
    p = p * u2 + 0x1.54f0220000000p-6f;
    p = p * u2 + 0x1.51f5420000000p-3f;
    p = p * u2 + 0x1.fb316a0000000p-2f;
    float q = 0x1.052e020000000p-11f;
    q = q * u2 + -0x1.85fe7c0000000p-9f;
    q = q * u2 + -0x1.1b1fc80000000p-4f;
    q = q * u2 + -0x1.410ec00000000p-2f;
    const float inner = u * (p + u * q), factor = -0x1.54ad040000000p-1f + inner, rest = u * factor, sum = 0x1.89d3ac0000000p-1f + rest;
    *low = ((0x1.89d3ac0000000p-1f - sum) + rest) + u * ((-0x1.54ad040000000p-1f - factor) + inner);
    return sum;
}

// (asin(x) / x - 1) / z in z = x^2
GRAD_INLINE double f64_asin_tail(double u) {
    const double u2 = u * u;
    double p = 0x1.d78189767524ep-6;
    p = p * u2 + 0x1.1d661531b222ep-6;
    p = p * u2 + 0x1.524ea8b3aad31p-7;
    p = p * u2 + 0x1.c9cf3759fd8ffp-7;
    p = p * u2 + 0x1.6e8bb1d89492bp-6;
    p = p * u2 + 0x1.6db6db6e3292ep-5;
    p = p * u2 + 0x1.5555555555556p-3;
    double q = -0x1.e7a24f548c99fp-7;
    q = q * u2 + 0x1.653a8f8cfd43cp-8;
    q = q * u2 + 0x1.78246f32d075cp-7;
    q = q * u2 + 0x1.1c4d343fa57f6p-6;
    q = q * u2 + 0x1.f1c71c1d4aa0dp-6;
    q = q * u2 + 0x1.3333333332ec4p-4;
    return p + u * q;
}

// (atan(x) / x - 1) / z in z = x^2
GRAD_INLINE double f64_atan_tail(double u) {
    const double u2 = u * u;
    double p = -0x1.3a2b7a07caea9p-6;
    p = p * u2 + -0x1.a098bb6ba4941p-5;
    p = p * u2 + -0x1.10fa75382537fp-4;
    p = p * u2 + -0x1.745d0b26b83e7p-4;
    p = p * u2 + -0x1.24924924360cbp-3;
    p = p * u2 + -0x1.5555555555555p-2;
    double q = 0x1.41603647c7a7cp-5;
    q = q * u2 + 0x1.dfe61e80903d2p-5;
    q = q * u2 + 0x1.3b1262d95579ep-4;
    q = q * u2 + 0x1.c71c7185314cbp-4;
    q = q * u2 + 0x1.999999999934ap-3;
    return p + u * q;
}

// (sinh(x) / x - 1) / z in z = x^2
GRAD_INLINE double f64_sinh_tail(double u) {
    const double u2 = u * u;
    double p = 0x1.ae777c36fd5b6p-41;
    p = p * u2 + 0x1.ae6456792a77fp-26;
    p = p * u2 + 0x1.a01a01a01a001p-13;
    p = p * u2 + 0x1.5555555555555p-3;
    double q = 0x1.99f0806c2628dp-49;
    q = q * u2 + 0x1.612467ccb2260p-33;
    q = q * u2 + 0x1.71de3a556f96cp-19;
    q = q * u2 + 0x1.1111111111111p-7;
    return p + u * q;
}

#endif
