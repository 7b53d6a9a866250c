using Distillation.Caching;
using Distillation.Losses;
using Distillation.Models;
using Distillation.Training;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Combinations;

public sealed partial class CombinationTests
{
    /// <summary>One value of each factor, and the run that it is.</summary>
    private sealed class Choice(string[] values)
    {
        public bool IsSplit => Is("micro-batches");

        public bool IsDouble => Is("float64");

        // Dropout draws for each part, and batch normalization sees each part, as documented; clipping and averages follow the gradient.
        public bool PromisesUnsplit => Is("plain") && !Is("normalizing connector") && !Is("bfloat16 layers") && Value("non-finite") == "stop";

        private torch.ScalarType Type => IsDouble ? torch.ScalarType.Float64 : torch.ScalarType.Float32;

        // The other schemes have no teacher, whatever its kind.
        public bool Applies(string[] pair) => pair.All(Is) && (Uses("teacher") || !pair.Contains(Value("teacher")));

        public Choice Unsplit() => new([.. values.Select((value, factor) => Factors[factor].Name == "pieces" ? "whole" : value)]);

        public override string ToString() => string.Join(", ", values.Select((value, factor) => $"{Factors[factor].Name}: {value}"));

        public Outcome Run(CheckpointOptions? checkpoints)
        {
            using var scope = torch.NewDisposeScope();
            var network = (Net)new Net(hidden: 5, seed: 1, normalizes: Is("normalizes"), drops: Is("drops")).to(Type);
            double[] before = Numbers(network);
            IDistillationLoss loss = Loss();
            var original = (Net)new Net(hidden: 8, seed: 2).to(Type);
            var second = (Net)new Net(hidden: 4, seed: 3).to(Type);
            Outcome outcome = Run(network, original, second, loss, before, checkpoints);
            Module[] made = [.. new[] { network, original, second, loss.Module }.OfType<Module>()];

            // Those of other types are made in float32 first.
            outcome.Counted = made.Sum(module => module.parameters().Count()) * (IsDouble ? 2 : 1);
            foreach (Tensor tensor in made.SelectMany(module => module.parameters().Select(one => (Tensor)one).Concat(module.buffers())).ToArray())
            {
                tensor.Dispose();
            }

            return outcome;
        }

        private Outcome Run(Net network, Net original, Net second, IDistillationLoss loss, double[] before, CheckpointOptions? checkpoints)
        {
            try
            {
                IStudent student = Is("bfloat16 layers") ? Student.From(network).InBFloat16() : Student.From(network);
                TrainingResult result = Train(student, original, second, loss, Options(checkpoints));
                double[] weights = [.. Numbers(network), .. loss.Module is { } learned ? Numbers(learned) : []];
                IEnumerable<double> reports = result.History.SelectMany(report =>
                    (double[])[report.Loss, report.GradientNorm ?? 0, report.LearningRate, report.Skipped, report.Validation?.NegativeLogLikelihood ?? 0]);
                return new(
                    before,
                    weights,
                    [.. weights, .. Is("joint") ? Numbers(original) : [], .. reports.Where(double.IsFinite), result.Position.Step, (double)result.Status],
                    Refusal: null);
            }
            catch (Exception refusal) when (refusal is ArgumentException or InvalidOperationException or NotSupportedException)
            {
                return new(before, Numbers(network), Numbers(network), refusal);
            }
        }

        private bool Is(string value) => values.Contains(value);

        private string Value(string factor) => values[Array.FindIndex(Factors, one => one.Name == factor)];

        private bool Uses(string factor) => factor != "teacher" || Is("distillation");

        private TrainingResult Train(IStudent student, Net original, Net second, IDistillationLoss loss, TrainerOptions options)
        {
            IDataSource data = Data();
            IDataSource? validation = Is("nothing") ? null : data;
            if (Is("joint"))
            {
                return new JointTrainer(Student.From(original), student, loss, new HardLabelLoss(), options).Fit(data, validation);
            }

            if (Is("supervised"))
            {
                return new SupervisedTrainer(student, loss, options).Fit(data, validation);
            }

            ITeacher live = Teacher.From(original);
            ITeacher other = Teacher.From(second);
            FeatureSet layers = loss.Features.Teacher;
            ITeacher teacher = Value("teacher") switch
            {
                "cached" => new CachedTeacher(live, Samples, new MemoryStoreOptions { Features = layers }),
                "ensemble" => new EnsembleTeacher(live, other),
                "cached ensemble" => layers.Count == 0 ? new CachedTeacher(new EnsembleTeacher(live, other), Samples) : live,
                "function" => Teacher.From(inputs => original.call(inputs)),
                _ => live,
            };
            using IDisposable? cache = teacher as CachedTeacher;
            return new DistillationTrainer(teacher, student, loss, options).Fit(data, validation);
        }

        private IDataSource Data()
        {
            Tensor labels = Some.Labels(Samples * Places);
            Tensor inputs = Some.Inputs(Samples * Places, 6, dtype: Type);
            return Is("sequences")
                ? new Sequences(inputs.view(Samples, Places, 6), labels.view(Samples, Places), Some.Inputs(Samples, Places, 9).gt(-0.5))
                : new TensorData(inputs.narrow(0, 0, Samples), labels.narrow(0, 0, Samples));
        }

        private IDistillationLoss Loss() => Value("loss") switch
        {
            "weights and ignored labels" => (0.5 * new SoftTargetLoss(2)) + new HardLabelLoss { ClassWeights = [3, 1, 0.2], IgnoredLabel = 2 },
            "connector" => (0.5 * new HintLoss("in", "in", new LinearConnector())) + new HardLabelLoss(),
            "normalizing connector" => 0.5 * ((2.0 * new HintLoss("in", "in", new Normalizing())) + new SoftTargetLoss()),
            "memory" => new SoftTargetLoss() + (0.1 * new ContrastiveLoss("in", "in", Samples, negatives: 4, dimension: 3)),
            "relations" => new SoftTargetLoss() + new SimilarityPreservingLoss("in", "in"),
            "wrapped" => new StandardizedLoss(new SoftTargetLoss(2) + (0.5 * new HintLoss("in", "in", new LinearConnector())))
                + new AdaptiveWeightLoss(new HardLabelLoss(), RowMeasure.TeacherConfidence),
            "labels" => new HardLabelLoss { LabelSmoothing = 0.1 },
            _ => (new Schedule.Linear(1, 0.5) * new SoftTargetLoss()) + (0.1 * new HardLabelLoss()),
        };

        private TrainerOptions Options(CheckpointOptions? checkpoints) => new()
        {
            Epochs = Epochs,
            // No micro-batch of one sample, which batch normalization refuses, in whole batches or in their halves.
            BatchSize = Is("overlapping") ? 12 : 8,
            MicroBatchSize = IsSplit ? 3 : null,
            LastBatch = Is("dropped") ? LastBatch.Drop : LastBatch.Keep,
            Order = Value("order") switch
            {
                "sequential" => SampleOrder.Sequential,
                "blocks" => SampleOrder.Blocks,
                "overlapping" => SampleOrder.Overlapping,
                _ => SampleOrder.Shuffled,
            },
            BlockSize = 4,
            Optimizer = Value("optimizer") switch
            {
                "adamw" => new AdamWOptimizer(0.01),
                "torchsharp" => new CustomOptimizer(0.01, parameters => torch.optim.RMSProp(parameters.Select(one => one.Parameter).ToArray(), momentum: 0.5)),
                _ => new SgdOptimizer(new Schedule.Cosine(0.1)) { Momentum = 0.9 },
            },
            Update = new()
            {
                AverageDecay = Is("averaged") ? 0.7 : null,
                ClipNorm = Is("by norm") ? 0.5 : null,
                ClipValue = Is("by value") ? 0.1 : null,
            },
            Prefetch = Is("two ahead") ? 2 : 0,
            NonFinite = Value("non-finite") switch
            {
                "skip" => new NonFinitePolicy.Skip(),
                "roll back" => new NonFinitePolicy.RollBack(),
                _ => new NonFinitePolicy.Stop(),
            },
            BestBy = Is("best") ? Metric.NegativeLogLikelihood : null,
            EarlyStopping = Is("early stopping") ? new(Metric.Accuracy, Patience: 1, MinimumImprovement: 0.2) : null,
            Checkpoints = checkpoints,
        };

        private static double[] Numbers(Module module) =>
            [.. module.parameters().Select(parameter => (Tensor)parameter).Concat(module.buffers()).SelectMany(tensor => Close.Numbers(tensor))];
    }

    private sealed class Normalizing : Connector
    {
        public override Module<Tensor, Tensor> Create(Tensor student, Tensor teacher) =>
            Sequential(Linear(student.size(1), teacher.size(1)), BatchNorm1d(teacher.size(1)));
    }

    private sealed class Sequences(Tensor inputs, Tensor labels, Tensor mask) : IDataSource
    {
        public long Count => inputs.size(0);

        public Batch Read(Tensor indices) =>
            new MaskedBatch(inputs.index_select(0, indices), labels.index_select(0, indices), indices, mask.index_select(0, indices));
    }
}
