/* What one core can do: the response of one building, with everything known when it is compiled.
 *
 * A chain of STOREYS storeys of the force form (Zhang et al. 2019),
 *
 *     m_i u_i' = q_(i+1) - q_i - m_i a_g,    q_i = f_i + c_i v_i,    v_i = u_i - u_(i-1),    d_i' = v_i
 *     f_i' = k_i v_i - alpha_i |v_i| |f_i|^(n-1) f_i - beta_i v_i |f_i|^n
 *
 * under WIDTH motions side by side, one in each lane of a vector, by the classical Runge-Kutta scheme with steps that end on the
 * samples, between which the motion is linear. The exponents n, 2 or 3, are compiled in (-DEXPONENTS=3,2,...), the loops over the
 * storeys unrolled, and the state stays in registers and in a few lines of the stack. Nothing is checked and no error is estimated.
 *
 * `plain` is that scheme. `corrected` adds the correction of `simulators.kernel` at reversals of the velocity, where the plain
 * scheme is only second-order accurate: what an expert who knows the kink would write.
 */
#include <stddef.h>
#include <stdint.h>

#define WIDTH 8
#define INLINE static inline __attribute__((always_inline))
#define EACH for (int i = 0; i < STOREYS; i++)

typedef double lanes __attribute__((vector_size(8 * WIDTH)));
typedef int64_t bits __attribute__((vector_size(8 * WIDTH)));
typedef float narrow __attribute__((vector_size(4 * WIDTH)));

typedef struct {
    double inverse_mass[STOREYS], damping[STOREYS], stiffness[STOREYS], alpha[STOREYS], beta[STOREYS];
} building;

static const int exponent[STOREYS] = {EXPONENTS};

INLINE lanes magnitude(lanes x) { return (lanes)((bits)x & INT64_MAX); }

/* x with its sign flipped where s is negative. */
INLINE lanes flip(lanes x, lanes s) { return (lanes)((bits)x ^ ((bits)s & INT64_MIN)); }

INLINE lanes positive(lanes x) { return (lanes)((bits)x & (x > 0.0)); }

/* Storey rates v, floor accelerations a relative to the base and tangents g = df/dd in the state (u, f). */
INLINE void evaluate(const building *b, const lanes *u, const lanes *f, lanes ground, lanes *v, lanes *a, lanes *g)
{
    lanes q[STOREYS];
    EACH {
        v[i] = i ? u[i] - u[i - 1] : u[i];
        q[i] = f[i] + b->damping[i] * v[i];
    }
    EACH a[i] = (i + 1 < STOREYS ? q[i + 1] - q[i] : -q[i]) * b->inverse_mass[i] - ground;
    EACH {
        lanes size = magnitude(f[i]), power = exponent[i] == 2 ? size : f[i] * f[i];
        g[i] = b->stiffness[i] - power * (b->alpha[i] * flip(f[i], v[i]) + b->beta[i] * size);
    }
}

/* One stage of a step: evaluates in (us, fs), which it replaces by (u, f) advanced by `reach` at the rates found, and adds the rates
 * to the sums with their weight. */
INLINE void stage(const building *b, const lanes *u, const lanes *f, lanes *us, lanes *fs, lanes ground, double reach, double weight,
                  lanes *v, lanes *g, lanes *sum_u, lanes *sum_f, lanes *sum_d)
{
    lanes a[STOREYS];
    evaluate(b, us, fs, ground, v, a, g);
    EACH {
        lanes rate = g[i] * v[i];
        sum_u[i] += weight * a[i];
        sum_f[i] += weight * rate;
        sum_d[i] += weight * v[i];
        us[i] = u[i] + reach * a[i];
        fs[i] = f[i] + reach * rate;
    }
}

/* Exact integral of |v| over a step in which v goes linearly from v0 to v1, less that of Simpson's rule, times (g0 - g1) / 2. */
INLINE lanes reversal(lanes v0, lanes v1, lanes g0, lanes g1, double h)
{
    lanes s = magnitude(v1 - v0), r = magnitude(v0 + v1);
    return flip(h / 24.0 * (g0 - g1), v0) * positive(s - r) * (s - 3.0 * r) / (s + 1e-300);
}

/* Responses to WIDTH motions, signal of shape (lane, sample); drift of shape (lane, sample, storey). */
INLINE void respond(int correct, const building *b, int steps, double interval, size_t samples, const double *signal, float *drift)
{
    lanes u[STOREYS] = {0}, f[STOREYS] = {0}, d[STOREYS] = {0}, ground, next;
    const double h = interval / steps;
    for (int l = 0; l < WIDTH; l++) next[l] = signal[l * samples];
    for (size_t t = 0;; t++) {
        narrow kept[STOREYS];
        EACH kept[i] = __builtin_convertvector(d[i], narrow);
        for (int l = 0; l < WIDTH; l++)
            EACH drift[(l * samples + t) * STOREYS + i] = kept[i][l];
        if (t + 1 == samples) return;
        ground = next;
        for (int l = 0; l < WIDTH; l++) next[l] = signal[l * samples + t + 1];
        const lanes half = (next - ground) * (0.5 / steps);
        for (int step = 0; step < steps; step++) {
            lanes us[STOREYS], fs[STOREYS], v[STOREYS], v0[STOREYS], g[STOREYS], g0[STOREYS];
            lanes sum_u[STOREYS] = {0}, sum_f[STOREYS] = {0}, sum_d[STOREYS] = {0};
            EACH { us[i] = u[i]; fs[i] = f[i]; }
            stage(b, u, f, us, fs, ground, 0.5 * h, 1.0, v0, g0, sum_u, sum_f, sum_d);
            ground += half;
            stage(b, u, f, us, fs, ground, 0.5 * h, 2.0, v, g, sum_u, sum_f, sum_d);
            stage(b, u, f, us, fs, ground, h, 2.0, v, g, sum_u, sum_f, sum_d);
            ground += half;
            stage(b, u, f, us, fs, ground, h, 1.0, v, g, sum_u, sum_f, sum_d);
            EACH { u[i] += h / 6.0 * sum_u[i]; f[i] += h / 6.0 * sum_f[i]; d[i] += h / 6.0 * sum_d[i]; }
            if (correct)
                EACH f[i] += reversal(v0[i], i ? u[i] - u[i - 1] : u[i], g0[i], g[i], h);
        }
    }
}

#define DRIVER(name, correct)                                                                                                        \
    void name(const building *b, int steps, double interval, size_t blocks, size_t samples, const double *signal, float *drift)       \
    {                                                                                                                                \
        for (size_t k = 0; k < blocks; k++)                                                                                          \
            respond(correct, b, steps, interval, samples, signal + k * WIDTH * samples, drift + k * WIDTH * samples * STOREYS);       \
    }

DRIVER(plain, 0)
DRIVER(corrected, 1)
