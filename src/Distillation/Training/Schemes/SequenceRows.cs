using Distillation.Losses;

namespace Distillation.Training;

/// <summary>Sequences as batches of their places, so that a loss on rows can have a few of these at a time.</summary>
internal static class SequenceRows
{
    /// <summary>Makes the places of sequences samples of their own.</summary>
    /// <returns><see langword="null"/> where the outputs are no sequences, or a loss could see the difference.</returns>
    public static DistillationContext? Of(LossSum loss, DistillationContext context)
    {
        ModelOutput student = context.Student;
        if (student.LogitDimensions != 3 || !loss.Terms.All(term => term.Loss is RowLoss { ReadsRowsAlone: true }))
        {
            return null;
        }

        long places = student.Head!.Hidden.size(1);
        return Of(context.Batch, places) is { } batch && (!context.HasTeacher || context.Teacher.HasPlaces(places))
            ? new(student.Flatten(), context.HasTeacher ? context.Teacher.Flatten() : null, batch, context.Position)
            : null;
    }

    private static Batch? Of(Batch batch, long places)
    {
        Tensor? mask = (batch as MaskedBatch)?.Mask;
        if ((batch.GetType() != typeof(Batch) && batch.GetType() != typeof(MaskedBatch)) || !Fits(batch.Labels, places) || !Fits(mask, places))
        {
            return null;
        }

        Tensor numbers = batch.Indices.repeat_interleave(places);
        Tensor? labels = batch.Labels?.flatten(0, 1);
        Batch rows = mask is null ? new Batch(numbers, labels, numbers) : new MaskedBatch(numbers, labels, numbers, mask.flatten(0, 1));
        rows.Whole = batch.Whole is { } whole ? Of(whole, places) : null;
        return rows;
    }

    private static bool Fits(Tensor? perPlace, long places) => perPlace is null || (perPlace.dim() > 1 && perPlace.size(1) == places);
}
