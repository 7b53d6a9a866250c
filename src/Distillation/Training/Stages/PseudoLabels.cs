namespace Distillation.Training;

/// <summary>Labels of a batch as probabilities: known class ids, and what the teacher outputs for the others.</summary>
internal static class PseudoLabels
{
    /// <summary>Returns the labels.</summary>
    /// <param name="batch">The batch, with class ids.</param>
    /// <param name="teacher">The teacher's logits, [N, C], [N, T, C] or [N, C, H, W].</param>
    /// <param name="unlabeled">The class id of what has no label.</param>
    /// <param name="kind">What the teacher's output becomes.</param>
    /// <returns>Probabilities in the shape and type of the logits.</returns>
    /// <exception cref="InvalidOperationException">The labels are no class ids, one for each row of the logits.</exception>
    public static Tensor Of(Batch batch, Tensor teacher, long unlabeled, PseudoLabel kind)
    {
        Tensor labels = batch.RequireLabels();
        int classes = Shapes.ClassDimension(teacher);
        if (!torch.is_integral(labels) || labels.dim() != teacher.dim() - 1)
        {
            throw new InvalidOperationException(
                $"Labels must be class ids {Shapes.OfRows(teacher)}, with {unlabeled} for samples without a label, "
                + $"but are {Shapes.Of(labels)} {labels.dtype}.");
        }

        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        Tensor isUnlabeled = labels.Eq(unlabeled);
        Tensor known = OneHot(labels.to(torch.ScalarType.Int64).MaskedFill(isUnlabeled, 0).unsqueeze(classes), teacher, classes);
        Tensor guessed = kind == PseudoLabel.Soft ? teacher.softmax(classes) : OneHot(teacher.argmax(classes, keepdim: true), teacher, classes);
        return torch.where(isUnlabeled.unsqueeze(classes), guessed, known).MoveToOuterDisposeScope();
    }

    private static Tensor OneHot(Tensor ids, Tensor like, int classes) => torch.zeros_like(like).scatter(classes, ids, torch.ones_like(like));
}
