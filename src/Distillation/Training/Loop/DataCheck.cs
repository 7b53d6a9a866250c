using Distillation.Losses;

namespace Distillation.Training;

/// <summary>Looks at data before a run: at all of it where it is in memory, else at the batch that is there.</summary>
internal static class DataCheck
{
    /// <exception cref="ArgumentException">An input is infinite or not a number.</exception>
    public static void RequireFiniteInputs(IDataSource data, string argument)
    {
        if (data is TensorData inMemory)
        {
            RequireFinite(inMemory.Inputs, row => row, argument);
        }
    }

    /// <exception cref="ArgumentException">An input is infinite or not a number.</exception>
    public static void RequireFiniteInputs(Batch batch, string argument) => RequireFinite(batch.Inputs, row => batch.Indices[row].item<long>(), argument);

    /// <exception cref="ArgumentException">A label is not a class of a student.</exception>
    public static void RequireClassIds(IDataSource data, IEnumerable<ClassIds> read, string argument)
    {
        if (data is not TensorData { Labels: { } labels } || !torch.is_integral(labels))
        {
            return;
        }

        using var scope = torch.NewDisposeScope();
        (Tensor least, Tensor greatest) = labels.aminmax();
        (long low, long high) = (least.to(torch.ScalarType.Int64).item<long>(), greatest.to(torch.ScalarType.Int64).item<long>());
        foreach (ClassIds ids in read.Distinct())
        {
            if (low >= 0 && high < ids.Classes)
            {
                continue;
            }

            Tensor wrong = labels.Lt(0).logical_or(labels.Ge(ids.Classes));
            if (ids.Ignored is { } ignored)
            {
                wrong = wrong.logical_and(labels.Ne(ignored));
            }

            if (FirstRow(wrong) is { } row)
            {
                Tensor label = labels[row].masked_select(wrong[row])[0];
                throw new ArgumentException(
                    $"Class ids must be in [0, {ids.Classes - 1}], for the student has {ids.Classes} outputs, "
                    + $"but sample {row} has {label.to(torch.ScalarType.Int64).item<long>()}.",
                    argument);
            }
        }
    }

    private static void RequireFinite(Tensor inputs, Func<long, long> numberOf, string argument)
    {
        if (!torch.is_floating_point(inputs))
        {
            return;
        }

        // A sum needs no memory; one that is not finite may still be of finite numbers, and then each is looked at.
        using var scope = torch.NewDisposeScope();
        if (!FiniteNumbers.Is(inputs.sum()) && FirstRow(inputs.isfinite().logical_not()) is { } row)
        {
            throw new ArgumentException(
                $"All inputs must be finite, but sample {numberOf(row)} has an infinity or what is not a number. Fill or leave out what is missing.", argument);
        }
    }

    private static long? FirstRow(Tensor marks)
    {
        Tensor rows = marks.reshape(marks.size(0), -1).any(1);
        return rows.any().item<bool>() ? rows.to(torch.ScalarType.Int64).argmax().item<long>() : null;
    }
}
