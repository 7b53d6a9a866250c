using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class ModelDistillationTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _few = SmallProblem.Rings(30);
    private readonly TensorData _test = SmallProblem.Rings(400, seed: 50);
    private readonly ModelDistillationOptions _options = new() { Training = SmallProblem.Training with { Steps = 400 } };

    private static Recipe Distil => Recipe.Distil(new KernelRidge(), new GaussianNoise(0.5)) with { MinPoolSize = 600, PoolShare = 0.9 };

    public void Dispose()
    {
        _few.Dispose();
        _test.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void Original_gets_better_with_samples_that_a_better_teacher_labels()
    {
        using ModelDistillationResult result = Run(Distil);

        ModelDistillationReport report = result.Report!;
        report.Final.NegativeLogLikelihood.Should().BeLessThan(report.Plain.NegativeLogLikelihood);
        report.Final.Accuracy.Should().BeGreaterThan(report.Plain.Accuracy);
        report.Control.Should().NotBeNull();
        report.Teacher!.Accuracy.Should().BeGreaterThan(0.9);
        report.Describe().Should().Contain("original by 'distillation from kernel ridge'").And.Contain("McNemar");
    }

    [Fact]
    public void Plain_original_has_the_weight_decay_that_is_best_on_held_out_samples()
    {
        // With the larger one all weights are zero.
        TrainerOptions training = SmallProblem.Training with { Steps = 60, Optimizer = new AdamWOptimizer(0.02) { WeightDecay = 50 } };
        var tuned = new ModelDistillationOptions { Training = training, PlainWeightDecays = [50, 0] };
        TrainerOptions best = training with { Optimizer = new AdamWOptimizer(0.02) { WeightDecay = 0 } };
        var given = new ModelDistillationOptions { Training = training, PlainTraining = best };

        using ModelDistillationResult one = new ModelDistillation(SmallProblem.Network, SmallProblem.Network, Distil, tuned).Run(_few);
        using ModelDistillationResult other = new ModelDistillation(SmallProblem.Network, SmallProblem.Network, Distil, given).Run(_few);

        one.Plain.parameters().SelectMany(Close.Numbers).Should().Equal(other.Plain.parameters().SelectMany(Close.Numbers));
    }

    [Fact]
    public void New_samples_come_with_the_labels_of_the_teacher()
    {
        using ModelDistillationResult result = Run(Distil);

        result.Pool!.Count.Should().Be(600);
        Tensor predicted = torch.nn.functional.softmax(result.Teacher!.Teacher.Predict(result.Pool.Read(torch.tensor([3L])), FeatureSet.None).Logits, 1);
        Close.ShouldBe(Close.Numbers(result.Pool.Read(torch.tensor([3L])).Labels!), Close.Numbers(predicted), 1e-6);
    }

    [Fact]
    public void Filter_drops_new_samples_of_the_recipe_and_of_its_control()
    {
        var counting = new Counting(new GaussianNoise(0.5));
        Recipe recipe = Recipe.Distil(new KernelRidge(), counting) with { MinPoolSize = 600, Filter = new SampleFilter { MinConfidence = 0.8 } };

        using ModelDistillationResult result = Run(recipe);

        result.Kept!.Samples.Should().Be(600);
        result.Kept.Kept.Should().BeInRange(1, 599).And.Be(result.Pool!.Count);
        Close.Numbers(result.Pool.Labels!.amax([1])).Should().OnlyContain(confidence => confidence >= 0.8);
        counting.Samples.Should().Be(600 + result.Pool.Count, "the control makes those that were kept once more, and no others");
        result.Report!.Kept.Should().Be(result.Kept);
        result.Report.Describe().Should().Contain($"new samples: Kept {result.Pool.Count} of 600 samples; dropped");
    }

    [Fact]
    public void Filter_of_a_recipe_without_a_teacher_goes_by_known_labels()
    {
        using ModelDistillationResult result = Run(Recipe.Augment(new Mixup()) with { MinPoolSize = 600, Filter = new SampleFilter { MinConfidence = 0.9 } });

        result.Pool!.Count.Should().BeLessThan(600);
        Close.Numbers(result.Pool.Labels!.amax([1])).Should().OnlyContain(confidence => confidence >= 0.9);
    }

    [Fact]
    public void Filter_that_needs_a_teacher_is_refused_where_none_labels()
    {
        Action agree = () => _ = Recipe.Augment(new Mixup()) with { Filter = new SampleFilter { MinAgreement = 1 } };
        Action match = () => _ = Recipe.Augment(new Mixup()) with { Filter = new SampleFilter { MustMatchKnown = true } };

        agree.Should().Throw<ArgumentException>().WithMessage("*need a teacher that labels, and 'augmentation' has none*");
        match.Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Plain_recipe_leaves_the_original_as_it_is_and_still_simplifies_it()
    {
        using ModelDistillationResult result = Run(Recipe.Plain);

        result.Original.Should().BeSameAs(result.Plain);
        result.Pool.Should().BeNull();
        result.Report!.Final.Should().Be(result.Report.Plain);
        result.Report.Control.Should().BeNull();
        result.Report.Difference!.PValue.Should().Be(1);
        result.Report.Describe().Should().Contain("no difference is established");
    }

    [Fact]
    public void Augmentation_is_its_own_control()
    {
        using ModelDistillationResult result = Run(Recipe.Augment(new GaussianNoise(0.1)) with { MinPoolSize = 100 });

        result.Report!.Control.Should().BeNull();
        result.Teacher.Should().BeNull();
        result.Diagnosis.Should().BeNull();
        result.Suspects.Should().BeEmpty();
    }

    [Fact]
    public void Teacher_itself_can_be_the_model()
    {
        using ModelDistillationResult result = Run(Recipe.UseTeacher(new KernelRidge()));

        result.Report!.Final.Should().Be(result.Report.Teacher);
    }

    [Fact]
    public void Wrong_label_is_a_suspect()
    {
        using TensorData data = SmallProblem.Rings(100);
        Tensor labels = data.Labels!.clone();
        labels[17] = 1 - labels[17];
        using TensorData noisy = new(data.Inputs, labels);

        using ModelDistillationResult result = new ModelDistillation(
            SmallProblem.Network, SmallProblem.Network, Recipe.UseTeacher(new KernelRidge()), new() { Training = SmallProblem.Training }).Run(noisy);

        result.Suspects[0].Number.Should().Be(17);
        result.Suspects[0].Predicted.Should().Be(data.Labels![17].item<long>());
        result.Report.Should().BeNull("there were no test samples");
    }

    [Fact]
    public void Teacher_diagnoses_the_labeled_samples()
    {
        using ModelDistillationResult result = Run(Recipe.UseTeacher(new KernelRidge()));

        using var originals = new LabeledSamples(_few);
        result.Diagnosis!.Report.Should().Be(result.Teacher!.Evaluate(originals));
    }

    [Fact]
    public void Originals_diagnose_the_labeled_samples_where_folds_are_given()
    {
        using ModelDistillationResult result = new ModelDistillation(
            SmallProblem.Network, SmallProblem.Network, Recipe.UseTeacher(new KernelRidge()), _options with { DiagnosisFolds = 3, Seed = 2 }).Run(_few);

        using var originals = new LabeledSamples(_few);
        DataDiagnosis alone = DataDiagnosis.ByOriginals(SmallProblem.Network, originals, _options.Training, folds: 3, seed: 2);
        result.Diagnosis!.Report.Should().Be(alone.Report).And.NotBe(result.Teacher!.Evaluate(originals));
    }

    [Fact]
    public void Procedure_of_the_article_runs()
    {
        Recipe article = Recipe.Distil(ModelFitter.Distilled(SmallProblem.Network, SmallProblem.Network, SmallProblem.Training), new GaussianNoise(0.1)) with
        {
            MinPoolSize = 100,
        };

        using ModelDistillationResult result = Run(article);

        result.Report!.Teacher!.Samples.Should().Be(400);
        result.Pool!.Count.Should().Be(600, "twenty for each of thirty");
    }

    [Fact]
    public void Nothing_but_the_models_goes_when_the_result_is_disposed()
    {
        // A module that is made leaves handles to the collector, so all are made before.
        var networks = new Queue<Module<Tensor, Tensor>>(Enumerable.Range(0, 8).Select(_ => SmallProblem.Network()));
        var distillation = new ModelDistillation(networks.Dequeue, networks.Dequeue, Distil, _options);
        distillation.Run(_few, _test).Dispose();
        long before = Leak.Count();

        distillation.Run(_few, _test).Dispose();

        networks.Should().BeEmpty("plain, control, original and distilled were made twice");
        Leak.Count().Should().Be(before - 16, "of four networks the parameters are disposed, and nothing is left");
    }

    [Fact]
    public void Nothing_but_the_models_goes_in_a_canceled_run()
    {
        var networks = new Queue<Module<Tensor, Tensor>>(Enumerable.Range(0, 4).Select(_ => SmallProblem.Network()));
        void Canceled()
        {
            using var cancellation = new CancellationTokenSource();
            Action run = () => new ModelDistillation(networks.Dequeue, networks.Dequeue, Distil, _options)
                .Run(_few, _test, new CancelsAt(0.4, cancellation), cancellation.Token);
            run.Should().Throw<OperationCanceledException>();
        }

        Canceled();
        long before = Leak.Count();

        Canceled();

        networks.Should().BeEmpty("plain and original were made twice");
        Leak.Count().Should().Be(before - 8);
    }

    private ModelDistillationResult Run(Recipe recipe) => new ModelDistillation(SmallProblem.Network, SmallProblem.Network, recipe, _options).Run(_few, _test);

    private sealed class Counting(ISampleGenerator inner) : ISampleGenerator
    {
        public long Samples { get; private set; }

        public GeneratedSamples Generate(LabeledSamples originals, Tensor parents, SampleRandom random)
        {
            Samples += parents.size(0);
            return inner.Generate(originals, parents, random);
        }
    }

    private sealed class CancelsAt(double share, CancellationTokenSource source) : IProgress<double>
    {
        public void Report(double value)
        {
            if (value >= share)
            {
                source.Cancel();
            }
        }
    }
}
