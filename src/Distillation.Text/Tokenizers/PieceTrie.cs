namespace Distillation.Text;

/// <summary>Finds pieces by their bytes: a trie whose nodes lie breadth-first, so that the children of a node are neighbors.</summary>
internal sealed class PieceTrie
{
    public const int Root = 0;

    private readonly byte[] _labels;
    private readonly int[] _children;
    private readonly int[] _ids;

    /// <param name="pieces">The pieces, none of them empty or there twice, and their ids.</param>
    public PieceTrie(IEnumerable<(byte[] Bytes, int Id)> pieces)
    {
        (byte[] Bytes, int Id)[] sorted = [.. pieces];
        Array.Sort(sorted, (one, other) => one.Bytes.AsSpan().SequenceCompareTo(other.Bytes));
        var labels = new List<byte> { 0 };
        var children = new List<int>();
        var ids = new List<int>();

        // Each node stands for the sorted pieces of a range, which have their first bytes in common.
        var nodes = new List<(int From, int To, int Length)> { (0, sorted.Length, 0) };
        for (int node = 0; node < nodes.Count; node++)
        {
            (int from, int to, int length) = nodes[node];
            bool ends = from < to && sorted[from].Bytes.Length == length;
            ids.Add(ends ? sorted[from].Id : -1);
            children.Add(nodes.Count);
            for (int start = ends ? from + 1 : from, end; start < to; start = end)
            {
                byte label = sorted[start].Bytes[length];
                end = start + 1;
                while (end < to && sorted[end].Bytes[length] == label)
                {
                    end++;
                }

                labels.Add(label);
                nodes.Add((start, end, length + 1));
            }
        }

        children.Add(nodes.Count);
        (_labels, _children, _ids) = ([.. labels], [.. children], [.. ids]);
    }

    /// <summary>Returns the node to which a byte leads, or -1 if no piece goes on with it.</summary>
    public int Step(int node, byte label)
    {
        int first = _children[node];
        int place = _labels.AsSpan(first, _children[node + 1] - first).IndexOf(label);
        return place < 0 ? -1 : first + place;
    }

    /// <summary>Returns the id of the piece that ends at a node, or -1.</summary>
    public int IdAt(int node) => _ids[node];

    /// <summary>Returns the id of a piece, or -1 if there is no such piece.</summary>
    public int IdOf(ReadOnlySpan<byte> piece)
    {
        int node = Root;
        for (int place = 0; place < piece.Length && node >= 0; place++)
        {
            node = Step(node, piece[place]);
        }

        return node < 0 ? -1 : _ids[node];
    }

    /// <summary>Returns the number of bytes of the longest piece with which a text begins; 0 if there is none.</summary>
    public int LongestPrefix(ReadOnlySpan<byte> text)
    {
        int longest = 0;
        int node = Root;
        for (int place = 0; place < text.Length && (node = Step(node, text[place])) >= 0; place++)
        {
            longest = _ids[node] < 0 ? longest : place + 1;
        }

        return longest;
    }
}
