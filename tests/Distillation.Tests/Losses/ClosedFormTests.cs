using Distillation.Losses;

namespace Distillation.Tests.Losses;

/// <summary>
/// Closed forms against the graph where <see cref="EveryLossTests"/> does not go: many classes, which are computed otherwise than few, and options at their
/// ends.
/// </summary>
public sealed class ClosedFormTests
{
    public static TheoryData<string, long, string> Cases
    {
        get
        {
            var data = new TheoryData<string, long, string>();
            foreach (string loss in Losses.Keys)
            {
                foreach (long classes in (long[])[3, 15, 16, 40])
                {
                    foreach (string logits in (string[])["ordinary", "huge", "equal", "one-hot teacher"])
                    {
                        data.Add(loss, classes, logits);
                    }
                }
            }

            return data;
        }
    }

    public static TheoryData<string> ClosedForms => LossZoo.ClosedForms;

    private static Dictionary<string, Func<RowLoss>> Losses { get; } = new()
    {
        ["soft targets"] = () => new SoftTargetLoss(3),
        ["soft targets, unsoftened"] = () => new SoftTargetLoss(1),
        ["soft cross entropy"] = () => new SoftCrossEntropyLoss(2),
        ["labels"] = () => new HardLabelLoss(),
        ["smoothed labels"] = () => new HardLabelLoss { LabelSmoothing = 0.3 },
        ["evenly smoothed labels"] = () => new HardLabelLoss { LabelSmoothing = 1 },
        ["Jensen-Shannon 0"] = () => new JensenShannonLoss(0, 2),
        ["Jensen-Shannon 0.2"] = () => new JensenShannonLoss(0.2, 2),
        ["Jensen-Shannon 1"] = () => new JensenShannonLoss(1, 2),
        ["skew 0"] = () => new SkewDivergenceLoss(0, 2),
        ["skew 0.7"] = () => new SkewDivergenceLoss(0.7, 2),
        ["skew reverse 0"] = () => new SkewReverseDivergenceLoss(0, 2),
        ["skew reverse 0.7"] = () => new SkewReverseDivergenceLoss(0.7, 2),
        ["total variation"] = () => new TotalVariationLoss(2),
        ["decoupled"] = () => new DecoupledLoss(0.7, 3, 2),
        ["normalized"] = () => new NormalizedTargetLoss(0.6, 3),
        ["teacher-free"] = () => new TeacherFreeLoss(0.4, 2),
        ["teacher-free, sharp"] = () => new TeacherFreeLoss(0, 1e-4),
        ["transformed teacher"] = () => new TransformedTeacherLoss(0.4),
        ["transformed teacher, weighted"] = () => new TransformedTeacherLoss(0.4) { IsWeighted = true },
        ["alpha-beta"] = () => new AlphaBetaDivergenceLoss(0.3, 0.9, 2),
        ["alpha-beta, forward"] = () => new AlphaBetaDivergenceLoss(0.7, 0, 2),
        ["alpha-beta, reverse"] = () => new AlphaBetaDivergenceLoss(0, 0.7, 2),
        ["adaptive divergence"] = () => new AdaptiveDivergenceLoss(0.3, 2),
        ["weighted soft labels"] = () => new WeightedSoftLabelLoss(3),
        ["enhanced target"] = () => new EnhancedTargetLoss(1.3, 2),
        ["corrected teacher"] = () => new CorrectedTeacherLoss(new SoftTargetLoss(2), TeacherCorrection.Minifinetuning(), 2),
        ["binary"] = () => new BinarySoftTargetLoss(2),
        ["hinge"] = () => new TopKHingeLoss(4),
        ["hinge with margin"] = () => new TopKHingeLoss(4) { Margin = 0.2 },
        ["logistic"] = () => new TopKLogisticLoss(4),
        ["margins"] = () => new MarginMseLoss(),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Closed_form_equals_the_graph(string loss, long classes, string logits)
    {
        using var models = new ZooModels(Losses[loss](), samples: 7, classes, seed: 5);
        using (torch.no_grad())
        {
            Fill(models, logits, classes);
        }

        ShouldEqualTheGraph(models);
    }

    [Theory]
    [MemberData(nameof(ClosedForms))]
    public void Closed_form_of_every_loss_equals_the_graph_with_many_classes(string name)
    {
        using var models = new ZooModels(LossZoo.Make(name), samples: 7, classes: 40, seed: 5);

        ShouldEqualTheGraph(models);
    }

    private static void Fill(ZooModels models, string logits, long classes)
    {
        switch (logits)
        {
            case "huge":
                models.StudentLogits.copy_(models.StudentLogits.sign() * 1e4);
                models.TeacherLogits.copy_(models.TeacherLogits.sign() * -1e4);
                break;
            case "equal":
                models.StudentLogits.copy_(models.TeacherLogits);
                break;
            case "one-hot teacher":
                models.TeacherLogits.copy_(torch.nn.functional.one_hot(Some.Labels(7, classes), classes) * 1e4);
                break;
        }
    }

    private static void ShouldEqualTheGraph(ZooModels models)
    {
        Tensor value = models.Loss.Compute(models.Context);
        value.backward();

        using var noGradient = torch.no_grad();
        LossGradient closed = models.Loss.ClosedForm!.Compute(models.Context);

        closed.Value.item<double>().Should().BeApproximately(value.item<double>(), 1e-11 * Math.Max(1, Math.Abs(value.item<double>())));
        Close.ShouldBe(Close.Numbers(closed.AtLogits), Close.Numbers(models.StudentLogits.grad!), 1e-11);
    }
}
