using Distillation;
using Distillation.Data;
using Distillation.SmallData;

namespace QuickStart;

/// <summary>Some of the training images, taken with their labels, and some others taken without.</summary>
internal sealed class LabeledDraw : IDisposable
{
    public LabeledDraw(Images images, int labels, int unlabeled, int seed)
    {
        long[] ids = images.TrainLabels();
        Fold fold = labels == ids.Length
            ? new([.. Enumerable.Range(0, labels).Select(number => (long)number)], [])
            : Split.Stratified(ids, (double)labels / ids.Length, seed);
        Numbers = fold.Train;
        Labeled = images.Train.Subset(Numbers).InMemory();
        Unlabeled = unlabeled == 0 ? null : images.Train.Subset(fold.HeldOut.Take(unlabeled));
    }

    /// <summary>Gets the numbers of the labeled images among all training images.</summary>
    public IReadOnlyList<long> Numbers { get; }

    public TensorData Labeled { get; }

    public IDataSource? Unlabeled { get; }

    public void Dispose() => Labeled.Dispose();
}
