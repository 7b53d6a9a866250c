namespace Distillation.Serialization;

/// <summary>The values that a pickle has named and not used yet, and those that it keeps to name again.</summary>
/// <remarks>
/// A list or a set is a <see cref="List{T}"/>, a dictionary a <see cref="PickleDictionary"/>, a tuple an array; texts, numbers and nothing are themselves.
/// </remarks>
internal sealed class PickleStack(FileWindow window, MemoryBudget budget, string path)
{
    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, object?> _kept = [];

    public void Push(object? value)
    {
        budget.Spend(value is List<object?> or PickleDictionary ? 3 * MemoryBudget.ValueBytes : MemoryBudget.ValueBytes);
        _values.Add(value);
    }

    public object? Pop()
    {
        object? value = Top();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>Drops the value on top, or the mark where none is above it, as Python does.</summary>
    public void PopOrMark()
    {
        if (_marks.Count > 0 && _marks[^1] == _values.Count)
        {
            _marks.RemoveAt(_marks.Count - 1);
        }
        else
        {
            Pop();
        }
    }

    public T Pop<T>(string what) => Pop() is T value ? value : throw Wrong($"must have {what}");

    /// <summary>The value on top, where it stays.</summary>
    public object? Top() => _values.Count > (_marks.Count > 0 ? _marks[^1] : 0) ? _values[^1] : throw Wrong("takes a value where there is none");

    public void Mark()
    {
        budget.Spend(MemoryBudget.ValueBytes);
        _marks.Add(_values.Count);
    }

    /// <summary>The values above the last mark, which go with it.</summary>
    public object?[] PopToMark()
    {
        int mark = _marks.Count > 0 ? _marks[^1] : throw Wrong("must have a mark");
        object?[] values = [.. _values[mark..]];
        _values.RemoveRange(mark, values.Length);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    public object?[] Pop(int count)
    {
        object?[] values = new object?[count];
        while (count > 0)
        {
            values[--count] = Pop();
        }

        return values;
    }

    public void Keep(long number)
    {
        budget.Spend(2 * MemoryBudget.ValueBytes);
        _kept[number] = Top();
    }

    public void KeepNext() => Keep(_kept.Count);

    public void PushKept(long number) => Push(_kept.TryGetValue(number, out object? value) ? value : throw Wrong($"names value {number}, which is not there"));

    public InvalidDataException Wrong(string what) => new($"'{path}' is damaged, or no file of PyTorch: the pickle {what}, before byte {window.Position}.");
}
