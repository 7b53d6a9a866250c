using Distillation.Losses;

namespace Distillation.Training;

/// <summary>
/// A batch whose logits the student has not computed, in parts of its samples, or of the places of its sequences: of each part logits, loss and gradient are
/// computed, and added up.
/// </summary>
internal sealed class FusedHead
{
    private readonly DistillationContext _context;
    private readonly DistillationContext _rows;
    private readonly IReadOnlyList<Batch> _parts;

    private FusedHead(DistillationContext context, DistillationContext rows, IReadOnlyList<Batch> parts)
    {
        _context = context;
        _rows = rows;
        _parts = parts;
    }

    /// <summary>Splits a batch, if the student has left its last layer to the loss, and the loss is the sum over parts of its losses.</summary>
    /// <returns><see langword="null"/> where the loss must see all logits.</returns>
    public static FusedHead? Of(LossSum loss, DistillationContext context)
    {
        if (context.Student.Head is not { } head
            || loss.ClosedForm is null
            || loss.ComparesSamples
            || loss.Features.Student.Count > 0
            || head.Count != context.Batch.Count
            || (context.HasTeacher && !context.Teacher.HasSamples(head.Count)))
        {
            return null;
        }

        DistillationContext rows = SequenceRows.Of(loss, context) ?? context;
        HeadLogits ofRows = rows.Student.Head!;
        try
        {
            return new(context, rows, rows.Batch.Split(Math.Max(1, ofRows.LogitsOfPart / ofRows.NumbersPerSample)));
        }
        catch (NotSupportedException)
        {
            // What a derived batch carries besides cannot be split.
            return null;
        }
    }

    /// <summary>Runs an action on the context of each part, in a dispose scope of its own, without gradients.</summary>
    /// <param name="action">Gets the context, and the number of the first of its rows.</param>
    public void ForEach(Action<DistillationContext, long> action)
    {
        using var noGradient = torch.no_grad();
        long start = 0;
        foreach (Batch part in _parts)
        {
            using var scope = torch.NewDisposeScope();
            var student = new ModelOutput(_rows.Student.Head!.Narrow(start, part.Count));
            ModelOutput? teacher = _rows.HasTeacher ? _rows.Teacher.Narrow(start, part.Count) : null;
            action(new DistillationContext(student, teacher, part, _rows.Position), start);
            start += part.Count;
        }
    }

    /// <summary>Computes the loss of each part, and accumulates the gradients of the head and of what is before it.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="record">Gets the terms of each part, and its number of samples.</param>
    /// <returns>The loss of the batch, a scalar without graph.</returns>
    public Tensor AccumulateGradients(LossSum loss, Action<IReadOnlyList<LossTermValue>, double> record)
    {
        double samplesPerRow = (double)_context.Batch.Count / _rows.Batch.Count;
        HeadLogits head = _context.Student.Head!;
        Tensor hidden = _rows.Student.Head!.Hidden;

        // One for all parts: what outlives a part would break up the memory that the next one takes for its logits.
        Tensor? atHidden = head.RequiresHiddenGradient ? torch.zeros(hidden.shape, hidden.dtype, hidden.device) : null;
        Tensor? value = null;
        ForEach((part, start) =>
        {
            (LossGradient own, IReadOnlyList<LossTermValue> terms) = loss.EvaluateInClosedForm(part);
            Tensor? share = BatchWeights.Share(loss, part);
            Tensor weighted = share is null ? own.Value : own.Value.mul(share).to(own.Value.dtype);
            part.Student.Head!.AddGradients(
                share is null ? own.AtLogits : own.AtLogits.mul_(share), atHidden?.narrow(0, start, part.Batch.Count));
            value = value is null ? weighted.MoveToOuterDisposeScope() : value.AddInPlace(weighted);
            record(terms, part.Batch.Count * samplesPerRow);
        });
        if (atHidden is not null)
        {
            head.Hidden.backward([atHidden.view(head.Hidden.shape)]);
        }

        // Of a micro-batch, the shares of the parts are of the whole batch.
        return BatchWeights.Share(loss, _context) is { } all ? value! / all.MaskedFill(all.Eq(0), 1).to(value!.dtype) : value!;
    }
}
