using Distillation.Data;

namespace QuickStart;

/// <summary>Deals images out to clients, each of some of the classes.</summary>
internal static class Scattered
{
    /// <summary>
    /// Deals out. The classes are laid in a circle, at random; each client has some in a row, and the next one begins further on, so that together they have
    /// all.
    /// </summary>
    /// <param name="labels">The class of each image.</param>
    /// <param name="clients">How many clients there are.</param>
    /// <param name="classesEach">How many classes each has; times the clients at least as many as there are.</param>
    /// <param name="samplesEach">How many images each has on average; times the clients at most as many as there are.</param>
    /// <param name="seed">The same one gives the same clients.</param>
    /// <returns>The numbers of the images of each client.</returns>
    public static IReadOnlyList<IReadOnlyList<long>> Deal(IReadOnlyList<long> labels, int clients, int classesEach, int samplesEach, int seed)
    {
        var random = new Random(seed);
        long[] circle = [.. labels.Distinct().Order()];
        random.Shuffle(circle);
        int stride = (circle.Length + clients - 1) / clients;
        List<long>[] dealt = [.. Enumerable.Range(0, clients).Select(_ => new List<long>())];
        int next = 0;
        foreach (IGrouping<long, long> members in Chosen(labels, (long)clients * samplesEach, seed).GroupBy(number => labels[(int)number]))
        {
            int place = Array.IndexOf(circle, members.Key);
            List<long>[] owners = [.. dealt.Where((_, client) => (place - (client * stride % circle.Length) + circle.Length) % circle.Length < classesEach)];
            long[] numbers = [.. members];
            random.Shuffle(numbers);
            foreach (long number in numbers)
            {
                owners[next++ % owners.Length].Add(number);
            }
        }

        return dealt;
    }

    private static IEnumerable<long> Chosen(IReadOnlyList<long> labels, long count, int seed) =>
        count == labels.Count
            ? Enumerable.Range(0, labels.Count).Select(number => (long)number)
            : Split.Stratified(labels, (double)count / labels.Count, seed).Train;
}
