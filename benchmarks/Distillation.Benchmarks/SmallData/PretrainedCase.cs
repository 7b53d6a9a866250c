using Distillation.Data;
using Distillation.Evaluation;
using Distillation.SmallData;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks.SmallData;

/// <summary>
/// Students of a teacher on pretrained features: the same new images with known labels, and with the teacher's; and real images without labels.
/// </summary>
/// <param name="network">The pretrained network.</param>
/// <param name="images">The images.</param>
/// <param name="count">How many have labels.</param>
/// <param name="cache">Where features and labeled images are kept.</param>
internal sealed class PretrainedCase(ITeacher network, IdxImages images, int count, string cache)
{
    private const int Size = 64;
    private const int Unlabeled = 10_000;
    private const int Generated = 12_000;
    private const int TeacherTestImages = 2_000;
    private const double PoolShare = 0.95;
    private const int Steps = 6_000;
    private const int LongSteps = 20_000;
    private const int ConvolutionSteps = 3_000;

    public string Name => FormattableString.Invariant($"pretrained, {count} labels");

    /// <summary>Returns what is trained and measured with one seed. Each arm is a process of its own if need be: what it reads is kept in the cache.</summary>
    public IReadOnlyList<(string Arm, Func<Scores> Run)> Arms(int seed)
    {
        (TensorData samples, IDataSource others) = images.Draw(count, seed);
        TrainerOptions training = Baseline.Training(weightDecay: 0.1, Steps);
        TrainerOptions longer = Baseline.Training(weightDecay: 0.1, LongSteps);
        TrainerOptions convolution = Baseline.Training(weightDecay: 0.1, ConvolutionSteps);
        return
        [
            ("teacher itself", TeacherItself),
            ("generated/known labels", () => Train(Mlp, Known(), training)),
            ("generated/teacher's labels", () => Train(Mlp, Made(), training)),
            ("plain", () => Train(Mlp, samples, Baseline.Tuned(Mlp, samples, seed), alone: true)),
            ("unlabeled/teacher's labels", () => Train(Mlp, Real(), training)),
            ("unlabeled and generated/teacher's labels", () => Train(Mlp, Real().Concat(Made()), training)),
            ("convolutional, generated/known labels", () => Train(Convolutional, Known(), convolution)),
            ("convolutional, generated/teacher's labels", () => Train(Convolutional, Made(), convolution)),
            ("convolutional, unlabeled and generated/teacher's labels", () => Train(Convolutional, Real().Concat(Made()), convolution)),
            ("generated, long/known labels", () => Train(Mlp, Known(), longer)),
            ("generated, long/teacher's labels", () => Train(Mlp, Made(), longer)),
        ];

        Scores Train(Func<Sequential> make, IDataSource data, TrainerOptions options, bool alone = false) =>
            Scores.Of(Baseline.Train(make, alone ? data : samples.TogetherWith(data, PoolShare), options, seed, images.Test));

        Scores TeacherItself()
        {
            IDataSource test = images.Test.Subset(Enumerable.Range(0, TeacherTestImages).Select(number => (long)number));
            return WithTeacher((_, fitted) => Scores.Of(Evaluator.Evaluate(fitted.Teacher, test)));
        }

        TensorData Known()
        {
            using var originals = new LabeledSamples(samples, classes: 10);
            return originals.Generate(Recipes.StrongAugmentation(), Generated, seed).InMemory();
        }

        TensorData Made() => Kept("generated", originals => originals.Generate(Recipes.StrongAugmentation(), Generated, seed));

        TensorData Real() => Kept("real", _ => others.Subset(Split.Random(others.Count, (double)Unlabeled / others.Count, seed).Train));

        TensorData Kept(string kind, Func<LabeledSamples, IDataSource> pool)
        {
            string path = Path.Combine(cache, FormattableString.Invariant($"{kind}-{count}-{seed}.safetensors"));
            if (!File.Exists(path))
            {
                using TensorData labeled = WithTeacher((originals, fitted) => pool(originals).LabeledBy(fitted.Teacher).InMemory());
                SampleFile.Save(labeled, path);
            }

            return SampleFile.Load(path);
        }

        T WithTeacher<T>(Func<LabeledSamples, FittedTeacher, T> use)
        {
            using var originals = new LabeledSamples(samples, classes: 10);
            using FeatureExtractor features = Features(network, cache);
            using FittedTeacher fitted = new FeatureRidge(features).Fit(originals, seed);
            return use(originals, fitted);
        }
    }

    private static FeatureExtractor Features(ITeacher network, string cache) => PretrainedNetwork.Features(
        network,
        Size,
        cache,
        [
            .. PretrainedNetwork.Layers.Select(layer => new LayerFeatures(layer, FeaturePooling.Grid())),
            MappedFeatures.Gradients(new() { Staggered = true, PixelWeight = 0.5 }),
        ]);

    private static Sequential Mlp() => Baseline.Mlp(784, 128, 10);

    // 23 946 parameters.
    private static Sequential Convolutional() => Sequential(
        ("conv1", Conv2d(1, 16, 3, stride: 2, padding: 1)),
        ("norm1", BatchNorm2d(16)),
        ("act1", ReLU()),
        ("conv2", Conv2d(16, 32, 3, stride: 2, padding: 1)),
        ("norm2", BatchNorm2d(32)),
        ("act2", ReLU()),
        ("conv3", Conv2d(32, 64, 3, padding: 1)),
        ("norm3", BatchNorm2d(64)),
        ("act3", ReLU()),
        ("pool", AdaptiveAvgPool2d(1)),
        ("flatten", Flatten()),
        ("out", Linear(64, 10)));
}
