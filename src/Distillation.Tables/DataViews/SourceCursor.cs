using Microsoft.ML;
using Microsoft.ML.Data;

namespace Distillation.Tables.DataViews;

/// <summary>Reads a data source row by row, 256 samples at a time.</summary>
internal sealed class SourceCursor : DataViewRowCursor
{
    private const int ReadAtOnce = 256;

    private readonly SourceDataView _view;
    private readonly IDataSource _source;
    private readonly HashSet<int> _active;
    private float[] _features = [];
    private float[] _labels = [];
    private long[] _classIds = [];
    private long _position = -1;

    public SourceCursor(SourceDataView view, IDataSource source, IEnumerable<DataViewSchema.Column> columns)
    {
        (_view, _source) = (view, source);
        _active = [.. columns.Select(column => column.Index)];
    }

    public override DataViewSchema Schema => _view.Schema;

    public override long Position => _position;

    public override long Batch => 0;

    private int Row => (int)(_position % ReadAtOnce);

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override bool MoveNext()
    {
        if (_position + 1 >= _source.Count)
        {
            _position = -1;
            return false;
        }

        _position++;
        if (Row == 0)
        {
            ReadBatch();
        }

        return true;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)_position, 0);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        Delegate getter = column.Name == SourceDataView.Features ? Vectors(() => _features, _view.FeatureCount)
            : _view.ClassCount is not null ? (ValueGetter<uint>)((ref uint key) => key = KeyOf(_classIds[Row]))
            : _view.LabelCount == 1 ? (ValueGetter<float>)((ref float value) => value = _labels[Row])
            : Vectors(() => _labels, _view.LabelCount);
        return getter as ValueGetter<TValue>
            ?? throw new InvalidOperationException($"Column '{column.Name}' is of {column.Type}, and has no values of {typeof(TValue).Name}.");
    }

    private ValueGetter<VBuffer<float>> Vectors(Func<float[]> values, int size) => (ref VBuffer<float> vector) =>
    {
        VBufferEditor<float> editor = VBufferEditor.Create(ref vector, size);
        values().AsSpan(Row * size, size).CopyTo(editor.Values);
        vector = editor.Commit();
    };

    // Keys count from 1.
    private uint KeyOf(long id) => id >= 0 && id < _view.ClassCount
        ? (uint)id + 1
        : throw new InvalidOperationException(
            $"Class ids must be in [0, {_view.ClassCount - 1}], as many as there are names, but sample {_position} has {id}.");

    private void ReadBatch()
    {
        using var scope = torch.NewDisposeScope();
        long[] numbers = [.. Enumerable.Range(0, (int)Math.Min(ReadAtOnce, _source.Count - _position)).Select(row => _position + row)];
        Distillation.Batch batch = _source.Read(torch.tensor(numbers));
        _features = Floats(batch.Inputs);
        if (batch.Labels is { } labels)
        {
            if (_view.ClassCount is null)
            {
                _labels = Floats(labels);
            }
            else
            {
                _classIds = labels.to(torch.ScalarType.Int64).cpu().data<long>().ToArray();
            }
        }
    }

    private static float[] Floats(Tensor tensor) => tensor.to(torch.ScalarType.Float32).cpu().contiguous().data<float>().ToArray();
}
