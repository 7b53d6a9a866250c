using System.Globalization;

namespace Distillation.Serialization;

/// <summary>Names the tensors in dictionaries, lists and tuples within each other: keys and numbers of items, joined by dots.</summary>
internal sealed class TorchNames(MemoryBudget budget, string path)
{
    // Deeper than any checkpoint, and far from the end of the thread's stack.
    private const int MostDepth = 100;

    private readonly List<(string Name, StoredTensor Tensor)> _found = [];

    /// <exception cref="InvalidDataException">They are nested too deep, or a key is no name.</exception>
    public IReadOnlyList<(string Name, StoredTensor Tensor)> Of(object? value)
    {
        Visit(string.Empty, value, 0);
        return _found;
    }

    private void Visit(string name, object? value, int depth)
    {
        switch (value)
        {
            case StoredTensor tensor:
                _found.Add((name, tensor));
                break;
            case object?[] tuple:
                VisitItems(name, tuple.Select((item, number) => KeyValuePair.Create<object?, object?>((long)number, item)), tuple.Length, depth);
                break;
            case List<object?> list:
                VisitItems(name, list.Select((item, number) => KeyValuePair.Create<object?, object?>((long)number, item)), list.Count, depth);
                break;
            case List<KeyValuePair<object?, object?>> dictionary:
                VisitItems(name, dictionary, dictionary.Count, depth);
                break;
        }
    }

    private void VisitItems(string name, IEnumerable<KeyValuePair<object?, object?>> items, int count, int depth)
    {
        if (depth == MostDepth)
        {
            throw new InvalidDataException($"'{path}' is refused: '{Start(name)}' is nested more than {MostDepth} deep, or within itself.");
        }

        budget.Spend((long)count * MemoryBudget.ValueBytes);
        foreach ((object? key, object? item) in items.Where(one => one.Value is StoredTensor or object?[] or List<object?> or List<KeyValuePair<object?, object?>>))
        {
            string own = key switch
            {
                string text => text,
                long number => number.ToString(CultureInfo.InvariantCulture),
                _ => throw new InvalidDataException($"'{path}' is refused: the keys of '{Start(name)}' must be texts or whole numbers."),
            };
            budget.Spend((2 * ((long)name.Length + own.Length)) + (2 * MemoryBudget.ValueBytes));
            Visit(name.Length == 0 ? own : $"{name}.{own}", item, depth + 1);
        }
    }

    private static string Start(string name) => name.Length <= 200 ? name : $"{name[..200]}...";
}
