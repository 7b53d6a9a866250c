using static TorchSharp.torch.nn;

namespace Distillation.Evaluation;

/// <summary>Measures how far the outputs of one model agree with those of another. Labels are not needed.</summary>
public static class ModelAgreement
{
    /// <summary>Compares two models.</summary>
    /// <param name="reference">The one to be followed, such as the teacher; logits [N, C].</param>
    /// <param name="model">The other, such as <c>student.AsTeacher()</c>; logits of the same shape.</param>
    /// <param name="data">The samples.</param>
    /// <param name="batchSize">How many samples go through the models at once; positive. It does not change the result beyond rounding.</param>
    /// <param name="device">Where the models are; the batches stay where they are read if not given.</param>
    /// <param name="cancellationToken">Ends the comparison between two batches.</param>
    /// <returns>The report.</returns>
    /// <exception cref="ArgumentException">The data is empty.</exception>
    /// <exception cref="InvalidOperationException">The models give logits of different shapes.</exception>
    /// <exception cref="OperationCanceledException">The comparison was canceled.</exception>
    public static AgreementReport Compare(
        ITeacher reference, ITeacher model, IDataSource data, int batchSize = 256, torch.Device? device = null, CancellationToken cancellationToken = default)
    {
        Require.Present(reference);
        Require.Present(model);
        using var outer = torch.NewDisposeScope();
        Tensor? sums = null;
        foreach (long start in DataPass.Starts(data, batchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            Batch batch = DataPass.Read(data, start, batchSize, device);
            Tensor batchSums = Sums(
                reference.Predict(batch, FeatureSet.None, cancellationToken).Logits, model.Predict(batch, FeatureSet.None, cancellationToken).Logits);
            sums = sums is null ? batchSums.MoveToOuterDisposeScope() : sums.AddInPlace(batchSums);
        }

        double[] means = [.. sums!.Div(data.Count).cpu().data<double>()];
        return new() { Samples = data.Count, Agreement = means[0], KullbackLeibler = means[1], TotalVariation = means[2] };
    }

    private static Tensor Sums(Tensor reference, Tensor model)
    {
        if (reference.dim() != 2 || !Shapes.Same(reference, model))
        {
            throw new InvalidOperationException(
                $"Models are compared by logits of one shape [N, C], but the reference gave {Shapes.Of(reference)} and the model {Shapes.Of(model)}.");
        }

        Tensor logP = functional.log_softmax(reference.to(torch.ScalarType.Float64), 1);
        Tensor logQ = functional.log_softmax(model.to(torch.ScalarType.Float64), 1);
        Tensor p = logP.exp();

        // 0 · log 0 is 0: what the reference rules out costs nothing.
        Tensor divergence = torch.where(p.Eq(0), torch.zeros_like(p), p * (logP - logQ));
        Tensor same = reference.argmax(1).eq(model.argmax(1)).to(torch.ScalarType.Float64);
        return torch.stack([same.sum(), divergence.sum(), (p - logQ.exp()).abs().sum().Div(2)]);
    }
}
