using Distillation.Models;

namespace Distillation.SmallData;

/// <summary>How many members of an ensemble say what all of them together say.</summary>
internal static class MemberAgreement
{
    /// <summary>Asks the members.</summary>
    /// <param name="ensemble">The teachers.</param>
    /// <param name="batch">The samples.</param>
    /// <param name="predicted">The class that all together hold likeliest, [N] int64.</param>
    /// <param name="classes">The number of classes.</param>
    /// <returns>Of the members that have a say about that class, the share that hold it likeliest too, [N] float64.</returns>
    public static Tensor Of(IEnsemble ensemble, Batch batch, Tensor predicted, long classes)
    {
        using var scope = torch.NewDisposeScope();
        Tensor asked = torch.zeros_like(predicted, torch.ScalarType.Float64);
        Tensor agreeing = torch.zeros_like(asked);
        for (int member = 0; member < ensemble.Members.Count; member++)
        {
            Tensor own = ensemble.Members[member].Predict(batch, FeatureSet.None).Logits.argmax(1);
            double[] says = [.. Enumerable.Range(0, (int)classes).Select(label => ensemble.HasSay(member, label) ? 1.0 : 0)];
            Tensor counted = torch.tensor(says, device: predicted.device).index_select(0, predicted);
            _ = asked.AddInPlace(counted);
            _ = agreeing.AddInPlace(counted.mul_(own.eq(predicted)));
        }

        return agreeing.div_(asked).nan_to_num_(0).MoveToOuterDisposeScope();
    }
}
