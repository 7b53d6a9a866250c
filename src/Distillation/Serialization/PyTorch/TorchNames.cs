using System.Globalization;

namespace Distillation.Serialization;

/// <summary>
/// Names the tensors in dictionaries, lists and tuples within each other: keys and numbers of items, joined by dots. Collects what it passes over.
/// </summary>
internal sealed class TorchNames(MemoryBudget budget, string path)
{
    // Deeper than any checkpoint, and far from the end of the thread's stack.
    private const int MostDepth = 100;

    // Enough for every message.
    private const int MostPassedOver = 1000;

    private readonly List<(string Name, StoredTensor Tensor)> _found = [];
    private readonly List<PassedOver> _passedOver = [];

    /// <summary>Gets the objects that stand where a tensor could be, the first thousand of them.</summary>
    public IReadOnlyList<PassedOver> Others => _passedOver;

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
                VisitItems(name, tuple, Numbered(tuple), tuple.Length, depth);
                break;
            case List<object?> list:
                VisitItems(name, list, Numbered(list), list.Count, depth);
                break;
            case PickleDictionary dictionary:
                VisitItems(name, dictionary, dictionary, dictionary.Count, depth);
                break;
            case PickleObject other:
                if (_passedOver.Count < MostPassedOver)
                {
                    _passedOver.Add(new PassedOver(name, other.Name, other.Parts.Exists(LeadsToTensor) || other.IsTensor));
                }

                VisitItems(name, other, Numbered(other.Items).Concat(other.Pairs), other.Items.Count + other.Pairs.Count, depth);
                break;
        }
    }

    private void VisitItems(string name, object owner, IEnumerable<KeyValuePair<object?, object?>> items, int count, int depth)
    {
        if (depth == MostDepth)
        {
            if (LeadsToTensor(owner))
            {
                throw new InvalidDataException($"'{path}' is refused: '{Start(name)}' is nested more than {MostDepth} deep, or within itself.");
            }

            return;
        }

        budget.Spend((long)count * MemoryBudget.ValueBytes);
        int place = 0;
        foreach ((object? key, object? item) in items)
        {
            if (item is StoredTensor or object?[] or List<object?> or PickleDictionary or PickleObject)
            {
                string own = Text(key, place, name);
                budget.Spend((2 * ((long)name.Length + own.Length)) + (2 * MemoryBudget.ValueBytes));
                Visit(name.Length == 0 ? own : $"{name}.{own}", item, depth + 1);
            }

            place++;
        }
    }

    private static IEnumerable<KeyValuePair<object?, object?>> Numbered(IEnumerable<object?> items) =>
        items.Select((item, number) => KeyValuePair.Create<object?, object?>((long)number, item));

    // As Python writes a key; what has no text of its own has the name of its class, and its place.
    private string Text(object? key, int place, string within) => key switch
    {
        string text => text,
        null => "None",
        bool truth => truth ? "True" : "False",
        double number => Real(number),
        object?[] tuple => $"({string.Join(", ", tuple.Take(MostDepth).Select(item => Part(item, place, within)))}{(tuple.Length == 1 ? "," : string.Empty)})",
        PickleObject other => $"{other.Name}#{place}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        UnreadValue =>
            throw new InvalidDataException($"'{path}' is refused: a key in '{Start(within)}' is a text that is not in UTF-8, or too long for a name."),
        _ => $"#{place}",
    };

    private string Part(object? item, int place, string within) => item switch
    {
        string text => $"'{text}'",
        object?[] => "(...)",
        _ => Text(item, place, within),
    };

    private static string Real(double number)
    {
        string text = number.ToString("R", CultureInfo.InvariantCulture).ToLowerInvariant();
        return text.Contains('.', StringComparison.Ordinal) || text.Contains('e', StringComparison.Ordinal) || !double.IsFinite(number) ? text : $"{text}.0";
    }

    // Looks at each container once, however often it is there and whatever holds itself.
    private bool LeadsToTensor(object? start)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var left = new Stack<object?>([start]);
        while (left.TryPop(out object? value))
        {
            if (value is StoredTensor or TorchStorage or PickleObject { IsTensor: true })
            {
                return true;
            }

            if (value is object?[] or List<object?> or PickleDictionary or PickleObject && seen.Add(value))
            {
                foreach (object? inner in Inner(value))
                {
                    budget.Spend(1);
                    if (inner is not (null or string or long or double or bool))
                    {
                        budget.Spend(MemoryBudget.ValueBytes);
                        left.Push(inner);
                    }
                }
            }
        }

        return false;
    }

    private static IEnumerable<object?> Inner(object value) => value switch
    {
        object?[] tuple => tuple,
        List<object?> list => list,
        PickleDictionary dictionary => dictionary.SelectMany(pair => (object?[])[pair.Key, pair.Value]),
        PickleObject other => [.. other.Parts, other.Items, other.Pairs],
        _ => [],
    };

    private static string Start(string name) => name.Length <= 200 ? name : $"{name[..200]}...";
}
