using Distillation.Models;

namespace Distillation.SmallData;

/// <summary>The agreement of the members of an ensemble with the ensemble.</summary>
internal static class MemberAgreement
{
    /// <summary>Computes the agreement.</summary>
    /// <param name="ensemble">The teachers.</param>
    /// <param name="batch">The samples.</param>
    /// <param name="predicted">The class that all together hold likeliest, [N] int64.</param>
    /// <param name="classes">The number of classes.</param>
    /// <returns>Of the members that have a weight for that class, the share that hold it likeliest too, [N] float64.</returns>
    public static Tensor Of(IEnsemble ensemble, Batch batch, Tensor predicted, long classes)
    {
        using var scope = torch.NewDisposeScope();
        Tensor counts = torch.zeros_like(predicted, torch.ScalarType.Float64);
        Tensor agreeing = torch.zeros_like(counts);
        for (int member = 0; member < ensemble.Members.Count; member++)
        {
            Tensor own = ensemble.Members[member].Predict(batch, FeatureSet.None).Logits.argmax(1);
            double[] weights = [.. Enumerable.Range(0, (int)classes).Select(label => ensemble.HasWeight(member, label) ? 1.0 : 0)];
            Tensor counted = torch.tensor(weights, device: predicted.device).index_select(0, predicted);
            _ = counts.AddInPlace(counted);
            _ = agreeing.AddInPlace(counted.mul_(own.eq(predicted)));
        }

        return agreeing.div_(counts).nan_to_num_(0).MoveToOuterDisposeScope();
    }
}
