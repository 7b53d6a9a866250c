using Distillation;
using Distillation.Data;
using Distillation.Generation;

namespace QuickStart;

/// <summary>Some of the training images, taken with their labels, and some others taken without.</summary>
internal sealed class LabelledDraw : IDisposable
{
    public LabelledDraw(Images images, int labels, int unlabelled, int seed)
    {
        long[] ids = images.TrainLabels();
        Fold fold = labels == ids.Length ? new([.. Enumerable.Range(0, labels).Select(number => (long)number)], []) : Split.Stratified(ids, (double)labels / ids.Length, seed);
        Numbers = fold.Train;
        Labelled = images.Train.Subset(Numbers).InMemory();
        Unlabelled = unlabelled == 0 ? null : images.Train.Subset(fold.HeldOut.Take(unlabelled));
    }

    /// <summary>Gets the numbers of the labelled images among all training images.</summary>
    public IReadOnlyList<long> Numbers { get; }

    public TensorData Labelled { get; }

    public IDataSource? Unlabelled { get; }

    public void Dispose() => Labelled.Dispose();
}
