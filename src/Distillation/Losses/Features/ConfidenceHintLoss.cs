using System.Runtime.InteropServices;
using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// Hints of several teachers, weighted by sample: a teacher whose classifier is wrong on the student's features weighs less (the loss on layers of CA-MKD;
/// Zhang, Chen and Wang, 2022).
/// </summary>
/// <remarks>
/// <para>
/// The mean over the samples of <c>Σₖ wₖ · mean (cₖ(s) − tₖ)²</c>, for the student's layer s, the layer tₖ of teacher k and a connector cₖ to its shape.
/// The weights of a sample are <c>wₖ = (1 − softmaxₖ(CE₁, …, CEₖ, …)) / (K − 1)</c>, and sum to 1; CEₖ is the cross entropy of the label with the logits of
/// teacher k's classifier on cₖ(s). The gradient goes through the weights too. Where the label is −100, all teachers weigh the same.
/// </para>
/// <para>
/// As in the authors' code, which divides by the number of teachers once more, so that its weight of 50 for three teachers is 17 here. There s and t are the
/// last maps before the pooling. The weights of the logits are <see cref="Models.EnsembleWeighting.Labels"/>.
/// </para>
/// </remarks>
public sealed class ConfidenceHintLoss : IDistillationLoss
{
    private const long Ignored = -100;

    private readonly Feature _student;
    private readonly Feature[] _teachers;
    private readonly Module<Tensor, Tensor>[] _classifiers;
    private readonly Connector _connector;
    private Module<Tensor, Tensor>[]? _connectors;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer, [N, ...].</param>
    /// <param name="teachers">A layer of each teacher, two or more: of the members of an ensemble <c>0/layer</c>, <c>1/layer</c> and so on.</param>
    /// <param name="classifiers">
    /// What each teacher does behind its layer, pooling included: [N, ...] to logits [N, C]. The caller disposes them; they are not trained, and their
    /// parameters must not require gradients.
    /// </param>
    /// <param name="connector">What brings the student's layer to the shape of each teacher's; a <see cref="BottleneckConnector"/> if not given.</param>
    /// <exception cref="ArgumentException">
    /// There are fewer than two teachers, not as many classifiers, or a classifier whose parameters require gradients.
    /// </exception>
    public ConfidenceHintLoss(
        Feature student, IReadOnlyList<Feature> teachers, IReadOnlyList<Module<Tensor, Tensor>> classifiers, Connector? connector = null)
    {
        _student = student;
        _teachers = [.. Require.Present(teachers)];
        _classifiers = [.. Require.Present(classifiers).Select(classifier => Require.Present(classifier, nameof(classifiers)))];
        _connector = connector ?? new BottleneckConnector();
        if (_teachers.Length < 2 || _classifiers.Length != _teachers.Length)
        {
            throw new ArgumentException(
                $"There must be layers of two teachers or more, each with a classifier, but there are {_teachers.Length} layers and {_classifiers.Length} "
                + "classifiers.",
                nameof(teachers));
        }

        (string? name, Parameter? trained) = _classifiers.SelectMany(classifier => classifier.named_parameters())
            .FirstOrDefault(one => one.parameter.requires_grad);
        if (trained is not null)
        {
            throw new ArgumentException(
                $"Classifiers are not trained, but parameter '{name}' of one requires a gradient: set its requires_grad to false.", nameof(classifiers));
        }

        Features = LayerPair.Demand(_teachers.Select(teacher => new LayerPair(student, teacher)));
    }

    /// <inheritdoc/>
    public RequiredFeatures Features { get; }

    /// <inheritdoc/>
    /// <value>The connectors, once <see cref="Prepare"/> has made them.</value>
    public torch.nn.Module? Module { get; private set; }

    /// <inheritdoc/>
    public IEnumerable<(string Name, object? Value)> Describe() =>
        [("StudentLayer", _student), ("TeacherLayers", _teachers), ("Classifiers", _classifiers), ("Connector", _connector)];

    /// <inheritdoc/>
    public void Prepare(DistillationContext sample)
    {
        Require.Present(sample);
        if (_connectors is null)
        {
            _connectors = [.. _teachers.Select(teacher => _connector.CreateFor(sample.Student[_student], sample.Teacher[teacher]))];
            Module = new ModuleGroup(_connectors);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">
    /// The loss has not seen a batch, layers do not fit, or there is not one class id for each sample and one row of logits of each classifier.
    /// </exception>
    public Tensor Compute(DistillationContext context)
    {
        Module<Tensor, Tensor>[] connectors = _connectors ?? throw new InvalidOperationException(
            $"The connectors of {nameof(ConfidenceHintLoss)} are sized by the first batch: call {nameof(Prepare)} before {nameof(Compute)}.");
        Tensor student = Require.Present(context).Student[_student];
        Tensor labels = context.Batch.RequireLabels();
        if (!torch.is_integral(labels) || labels.dim() != 1)
        {
            throw new InvalidOperationException(
                $"{nameof(ConfidenceHintLoss)} needs a class id for each sample, [N], but labels are {Shapes.Of(labels)} {labels.dtype}.");
        }

        (Tensor Distance, Tensor CrossEntropy)[] all = [.. connectors.Select((connector, k) => Compare(Loss.Widen(connector.call(student)), k))];
        Tensor weights = torch.stack([.. all.Select(one => one.CrossEntropy)]).softmax(0).RSub(1).Div(all.Length - 1);
        return (weights * torch.stack([.. all.Select(one => one.Distance)])).sum([0]).mean();

        (Tensor Distance, Tensor CrossEntropy) Compare(Tensor connected, int k)
        {
            Tensor teacher = context.Teacher[_teachers[k]].to(connected.dtype);
            FeatureShapes.RequireSame(connected, teacher);
            return ((connected - teacher).Square().flatten(1).mean([1]), CrossEntropy(_classifiers[k], connected, labels));
        }
    }

    private static Tensor CrossEntropy(Module<Tensor, Tensor> classifier, Tensor features, Tensor labels)
    {
        using IDisposable? evaluating = ModuleTree.Evaluating(classifier);
        torch.ScalarType dtype = classifier.parameters().FirstOrDefault()?.dtype ?? features.dtype;
        Tensor logits = classifier.call(features.to(dtype)).to(features.dtype);
        if (logits.dim() != 2 || logits.size(0) != labels.size(0))
        {
            throw new InvalidOperationException($"A classifier must output logits [{labels.size(0)}, C], but its output is {Shapes.Of(logits)}.");
        }

        Tensor ids = labels.to(torch.ScalarType.Int64);
        try
        {
            return functional.cross_entropy(logits, ids, reduction: Reduction.None, ignore_index: Ignored);
        }
        catch (ExternalException cause) when (OutOfRange(ids, logits.size(1)) is { } label)
        {
            throw LogitRows.WrongLabel(label, logits.size(1), cause);
        }
    }

    private static long? OutOfRange(Tensor ids, long classes)
    {
        using var scope = torch.NewDisposeScope();
        return ids.cpu().data<long>().Where(id => id != Ignored && (id < 0 || id >= classes)).Cast<long?>().FirstOrDefault();
    }
}
