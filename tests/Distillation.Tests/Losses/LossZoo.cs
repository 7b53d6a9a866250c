using System.Reflection;
using Distillation.Losses;
using Distillation.Models;
using Distillation.Testing;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Losses;

/// <summary>Every public loss of the library, made with its defaults: a new loss is in it without being listed.</summary>
/// <remarks>
/// A parameter of type <see cref="Feature"/> names a layer after itself; one whose name begins with "teacher" is the teacher's. Every layer that a loss demands
/// is [N, 4, 4, 4]. What a constructor asks for besides is made by <see cref="Argument"/>; what a loss asks of labels, by <see cref="Labels"/>.
/// </remarks>
internal static class LossZoo
{
    public const long Width = 4;

    public static Type[] Types { get; } =
    [
        .. typeof(Teacher).Assembly.GetExportedTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false } && type != typeof(LossSum) && typeof(IDistillationLoss).IsAssignableFrom(type)),
    ];

    public static TheoryData<string> Names => [.. Types.Select(type => type.Name)];

    public static TheoryData<string> RowLosses => [.. Types.Where(type => type.IsSubclassOf(typeof(RowLoss))).Select(type => type.Name)];

    public static TheoryData<string> ClosedForms => [.. ClosedFormNames];

    public static IEnumerable<string> ClosedFormNames => Types.Select(type => type.Name).Where(name => Make(name).ClosedForm is not null);

    /// <summary>On how many samples float32 is compared with float64.</summary>
    /// <remarks>
    /// On some processors, libtorch 2.10 gives a wrong gradient at the input of a convolution in float32: where the kernel is larger than 1×1, the channels
    /// that come out are no multiple of 16, and the batch has several samples. The losses that have such a convolution see a single sample.
    /// </remarks>
    public static long SamplesOfFloat32(string name) => name is nameof(ReviewLoss) or nameof(ReusedClassifierLoss) or nameof(MaskedGenerationLoss) ? 1 : 6;

    /// <summary>What a loss is checked on.</summary>
    /// <remarks>
    /// The temperature of <see cref="CurriculumTemperatureLoss"/> goes up where the loss goes down, on purpose; and a temperature squared makes values large
    /// beside their differences, and needs a longer step.
    /// </remarks>
    public static LossCheckOptions Options(string name)
    {
        IDistillationLoss loss = Make(name);
        bool isTemperature = name == nameof(CurriculumTemperatureLoss);
        return new LossCheckOptions
        {
            Labels = (samples, classes) => Labels(loss, samples, classes),
            Places = loss is ChannelwiseLoss ? [2, 2] : [],
            WrapTeacher = loss.Features.Teacher.Contains(SparseTargetLoss.Indices) ? teacher => new TopKTeacher(teacher, 2) : null,
            IsAdversarial = isTemperature,
            Skip = Skipped(name),
            ParameterStep = isTemperature ? 1e-3 : 1e-6,
            Float32Samples = SamplesOfFloat32(name),
        };
    }

    private static Dictionary<string, string> Skipped(string name)
    {
        const string Constant = "weights or targets made of the student's outputs are constants of the gradient";
        return name switch
        {
            nameof(WassersteinLogitLoss) => new() { ["two classes"] = "its costs are for four" },
            nameof(MaskedGenerationLoss) => new() { ["parts of a batch"] = "the mask of a part is another one" },
            nameof(WeightedSoftLabelLoss) => new() { ["gradient at outputs"] = Constant, ["descent"] = Constant },
            nameof(AdaptiveDivergenceLoss) or nameof(ClassConsistencyLoss) or nameof(InterpolatedTeacherLoss) or nameof(ExitLoss) =>
                new() { ["gradient at outputs"] = Constant },
            nameof(PreviousBatchLoss) => new() { ["descent"] = "the batch has none before it" },
            _ => [],
        };
    }

    public static IDistillationLoss Make(string name)
    {
        Type type = Types.Single(type => type.Name == name);
        ConstructorInfo constructor = type.GetConstructors().OrderBy(one => one.GetParameters().Count(parameter => !parameter.HasDefaultValue)).First();
        return (IDistillationLoss)constructor.Invoke([.. constructor.GetParameters().Select(Default)]);
    }

    /// <summary>A loss of which one argument is given.</summary>
    public static IDistillationLoss Make(string name, string argument, object? value)
    {
        Type type = Types.Single(type => type.Name == name);
        ConstructorInfo constructor = type.GetConstructors().First(one => Array.Exists(one.GetParameters(), parameter => parameter.Name == argument));
        try
        {
            return (IDistillationLoss)constructor.Invoke(
                [.. constructor.GetParameters().Select(parameter => parameter.Name == argument ? value : Default(parameter))]);
        }
        catch (TargetInvocationException exception)
        {
            throw exception.InnerException!;
        }
    }

    public static bool Takes(string name, string argument) =>
        Types.Single(type => type.Name == name)
            .GetConstructors()
            .Any(constructor => Array.Exists(constructor.GetParameters(), parameter => parameter.Name == argument));

    public static Tensor Labels(IDistillationLoss loss, long samples, long classes) => loss switch
    {
        BinaryLabelLoss => Some.Inputs(samples, classes, 3, torch.ScalarType.Float64).gt(0).to(torch.ScalarType.Float64),
        TargetMseLoss or BoundedRegressionLoss or AttentiveImitationLoss => Some.Inputs(samples, classes, 3, torch.ScalarType.Float64),
        IntraClassVariationLoss => Some.Labels(samples * 4, classes).view(samples, 2, 2),
        _ => Some.Labels(samples, classes),
    };

    /// <summary>The shape of logits that a loss asks for.</summary>
    public static long[] Logits(IDistillationLoss loss, long samples, long classes) => loss is ChannelwiseLoss ? [samples, classes, 2, 2] : [samples, classes];

    /// <summary>What a teacher with these logits says, with the layers that follow from them.</summary>
    public static ModelOutput Teacher(IDistillationLoss loss, Tensor logits, IReadOnlyDictionary<Feature, Tensor>? layers = null)
    {
        if (!loss.Features.Teacher.Contains(SparseTargetLoss.Indices))
        {
            return new(logits, layers);
        }

        using var teacher = new TopKTeacher(Distillation.Teacher.From(_ => logits), (int)Math.Min(2, logits.size(logits.dim() == 3 ? 2 : 1)));
        return teacher.Predict(Some.Batch(), loss.Features.Teacher);
    }

    // What a loss is made for may be too large to take differences of.
    private static object? Default(ParameterInfo parameter) => (parameter.Member.DeclaringType!.Name, parameter.Name) switch
    {
        (nameof(ConfidenceHintLoss), "connector") => new ConvolutionConnector(),
        (nameof(ContrastiveLoss), "negatives") => 12L,
        (nameof(ContrastiveLoss), "dimension") => 5L,
        (nameof(WassersteinLogitLoss), "costs") => new double[][] { [0, 1, 0.5, 0.2], [1, 0, 0.7, 0.4], [0.5, 0.7, 0, 0.9], [0.2, 0.4, 0.9, 0] },
        (nameof(WassersteinLogitLoss), "gamma") => 1.0,
        (nameof(HeadLoss), "teacher") => new Feature("teacher"),
        (nameof(MatryoshkaLoss), "prefixes") => new long[] { 2 },
        _ => parameter.HasDefaultValue ? parameter.DefaultValue : Argument(parameter),
    };

    private static Module<Tensor, Tensor> Classifier(int seed)
    {
        var linear = Linear(Width, Width, hasBias: false, dtype: torch.ScalarType.Float64);
        linear.weight.requires_grad = false;
        linear.weight.copy_(Some.Inputs(Width, Width, seed, torch.ScalarType.Float64));
        return Sequential(AdaptiveAvgPool2d(1), Flatten(), linear);
    }

    private static object Argument(ParameterInfo parameter) => parameter.ParameterType switch
    {
        Type type when type == typeof(Feature) => new Feature(parameter.Name!),
        Type type when type == typeof(IDistillationLoss) || type == typeof(RowLoss) => new SoftTargetLoss(2),
        Type type when type == typeof(Func<Batch, Tensor>) =>
            (Batch batch) => torch.tensor(new[] { 0.1, 0.3, 0.4, 0.9 }).view(1, 1, 4).expand(batch.Count, -1, -1),
        Type type when type == typeof(TeacherCorrection) => TeacherCorrection.ProbabilityShift,
        Type type when type == typeof(RowMeasure) => RowMeasure.TeacherConfidence,
        Type type when type == typeof(Connector) => new ConvolutionConnector(),
        Type type when type == typeof(LayerPair) => new LayerPair($"student {parameter.Name}", $"teacher {parameter.Name}"),
        Type type when type.IsAssignableFrom(typeof(LayerPair[])) => new LayerPair[] { new("student1", "teacher1"), new("student2", "teacher2") },
        Type type when type == typeof(Module<Tensor, Tensor>) => Classifier(1),
        Type type when type == typeof(IReadOnlyList<Feature>) => new Feature[] { "teacher1", "teacher2" },
        Type type when type == typeof(IReadOnlyList<Module<Tensor, Tensor>>) => new[] { Classifier(1), Classifier(2) },
        Type type when type == typeof(long) && parameter.Name == "samples" => 30L,
        _ => throw new NotSupportedException(
            $"The zoo cannot make '{parameter.Name}' of {parameter.Member.DeclaringType!.Name}: teach it in {nameof(LossZoo)}.{nameof(Argument)}."),
    };
}
