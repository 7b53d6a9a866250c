namespace Distillation.Data;

/// <summary>Some samples of another source, numbered anew from 0.</summary>
internal sealed class SubsetSource : IDataSource
{
    private readonly IDataSource _source;
    private readonly long[] _numbers;

    public SubsetSource(IDataSource source, long[] numbers)
    {
        (_source, _numbers) = (source, numbers);
        int wrong = Array.FindIndex(numbers, number => number < 0 || number >= source.Count);
        if (wrong >= 0)
        {
            throw new ArgumentException($"Numbers of samples must be in [0, {source.Count - 1}], but one is {numbers[wrong]}.", nameof(numbers));
        }
    }

    public long Count => _numbers.Length;

    public IReadOnlyList<int>? Lengths => field ??= _source.Lengths is { } lengths ? Array.ConvertAll(_numbers, number => lengths[(int)number]) : null;

    public Batch Read(Tensor indices)
    {
        Require.Present(indices);
        long[] numbers = indices.data<long>().ToArray();
        return _source.Read(torch.tensor(Array.ConvertAll(numbers, number => _numbers[number]))).With(indices: indices);
    }
}
