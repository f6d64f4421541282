using System.Numerics;

namespace Comeback.Stores.Demo;

/// <summary>
/// xoshiro256** (Blackman and Vigna 2018), seeded by splitmix64 from a key. Every decision of the demo draws from a stream of its own, named by
/// (seed, who, what, how many times before), so that none depends on the order in which the others are made.
/// </summary>
internal sealed class DemoRandom
{
    private ulong a;
    private ulong b;
    private ulong c;
    private ulong d;
    private double spare = double.NaN;

    public DemoRandom(params ReadOnlySpan<long> key)
    {
        var state = 0x9E3779B97F4A7C15UL;
        foreach (var part in key)
            state = Mix(state ^ Mix(unchecked((ulong)part) + 0x9E3779B97F4A7C15UL));
        a = Next(ref state);
        b = Next(ref state);
        c = Next(ref state);
        d = Next(ref state);
    }

    public ulong Bits()
    {
        var result = BitOperations.RotateLeft(b * 5, 7) * 9;
        var t = b << 17;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= t;
        d = BitOperations.RotateLeft(d, 45);
        return result;
    }

    /// <summary>In [0, 1), 53 bits.</summary>
    public double Unit() => (Bits() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => Unit() < probability;

    /// <summary>In [0, n).</summary>
    public int Below(int n) => (int)(Unit() * n);

    public double Between(double low, double high) => low + (Unit() * (high - low));

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    /// <summary>An index with a chance in proportion to its weight.</summary>
    public int Weighted(ReadOnlySpan<double> weights)
    {
        var total = 0.0;
        foreach (var weight in weights)
            total += weight;
        var at = Unit() * total;
        for (var i = 0; i < weights.Length - 1; i++)
        {
            at -= weights[i];
            if (at < 0)
                return i;
        }
        return weights.Length - 1;
    }

    public double Exponential(double mean) => -mean * Math.Log(1 - Unit());

    /// <summary>Standard normal by Box and Muller.</summary>
    public double Normal()
    {
        if (!double.IsNaN(spare))
        {
            var kept = spare;
            spare = double.NaN;
            return kept;
        }
        var radius = Math.Sqrt(-2 * Math.Log(1 - Unit()));
        var angle = 2 * Math.PI * Unit();
        spare = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }

    /// <summary>Gamma with the given shape and mean, by Marsaglia and Tsang (2000).</summary>
    public double Gamma(double shape, double mean)
    {
        if (shape < 1)
            return Gamma(shape + 1, mean * (shape + 1) / shape) * Math.Pow(1 - Unit(), 1 / shape);
        var d3 = shape - (1.0 / 3);
        var c3 = 1 / Math.Sqrt(9 * d3);
        while (true)
        {
            var x = Normal();
            var v = 1 + (c3 * x);
            if (v <= 0)
                continue;
            v = v * v * v;
            if (Math.Log(1 - Unit()) < (0.5 * x * x) + d3 - (d3 * v) + (d3 * Math.Log(v)))
                return d3 * v * mean / shape;
        }
    }

    private static ulong Next(ref ulong state) => Mix(state += 0x9E3779B97F4A7C15UL);

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
