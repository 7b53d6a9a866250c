namespace Distillation.Losses;

/// <summary>
/// A loss that compares one layer of the student with one of the teacher. Derive from it to write one in a line: the layers, the connector and its training are
/// here.
/// </summary>
public abstract class FeatureLoss : IDistillationLoss
{
    private readonly Connector? _connector;
    private torch.nn.Module<Tensor, Tensor>? _module;

    /// <summary>Creates the loss.</summary>
    /// <param name="student">The student's layer.</param>
    /// <param name="teacher">The teacher's layer.</param>
    /// <param name="connector">What brings the student's layer to the teacher's shape; nothing if not given: the loss sees the layer as it is.</param>
    protected FeatureLoss(Feature student, Feature teacher, Connector? connector = null)
    {
        StudentLayer = student;
        TeacherLayer = teacher;
        _connector = connector;
        Features = LayerPair.Demand([new(student, teacher)]);
    }

    /// <inheritdoc/>
    /// <value>The default is the name of the type without "Loss".</value>
    public virtual string Name => TypeName.Without("Loss", GetType());

    /// <summary>Gets the student's layer.</summary>
    public Feature StudentLayer { get; }

    /// <summary>Gets the teacher's layer.</summary>
    public Feature TeacherLayer { get; }

    /// <inheritdoc/>
    public RequiredFeatures Features { get; }

    /// <inheritdoc/>
    /// <value>The connector, once <see cref="Prepare"/> has made it; <see langword="null"/> without one.</value>
    public virtual torch.nn.Module? Module => _module;

    /// <inheritdoc/>
    public virtual IEnumerable<(string Name, object? Value)> Describe() =>
        [(nameof(StudentLayer), StudentLayer), (nameof(TeacherLayer), TeacherLayer), ("Connector", _connector)];

    /// <inheritdoc/>
    public virtual bool ComparesSamples => false;

    /// <inheritdoc/>
    public virtual Tensor? GetWeight(Batch batch, ModelOutput student) => null;

    /// <inheritdoc/>
    public virtual ITeacher? CreatePredictor(IStudent student) => null;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The shapes of the layers do not fit, or the loss has a connector and has not seen a batch.</exception>
    public Tensor Compute(DistillationContext context)
    {
        Tensor student = Require.Present(context).Student[StudentLayer];
        Tensor teacher = context.Teacher[TeacherLayer];
        FeatureShapes.RequireSamples(student, teacher);
        Tensor? leftOut = LeftOut(context, student);
        Tensor connected = Loss.Widen(Connect(PlaceMask.Without(student, leftOut)));
        return Compare(connected, Target(PlaceMask.Without(teacher, leftOut)).to(connected.dtype), context);
    }

    /// <inheritdoc/>
    public virtual void Prepare(DistillationContext sample)
    {
        Require.Present(sample);
        _module ??= _connector?.CreateFor(sample.Student[StudentLayer], Target(sample.Teacher[TeacherLayer]));
    }

    /// <summary>Returns what the student's layer is compared with, to whose shape a connector maps it.</summary>
    /// <param name="teacher">The teacher's layer, [N, ...].</param>
    /// <returns>Constants, [N, ...]; the layer itself if not overridden.</returns>
    protected virtual Tensor Target(Tensor teacher) => teacher;

    /// <summary>
    /// Finds which states of a layer the mask of a batch rules out, for a loss that takes layers [N, T, D] for N·T states: they reach neither the connector nor
    /// the comparison.
    /// </summary>
    /// <returns>Booleans, one for each state; <see langword="null"/> where all count, or where the loss does not know states.</returns>
    private protected virtual Tensor? LeftOut(DistillationContext context, Tensor layer) => null;

    /// <summary>Compares the layers.</summary>
    /// <param name="student">The student's layer behind the connector, [N, ...], attached to the graph; in float32 where it is float16 or bfloat16.</param>
    /// <param name="teacher">What <see cref="Target"/> gives of the teacher's layer, [N, ...], a constant in the same data type.</param>
    /// <param name="context">What else is known.</param>
    /// <returns>A scalar.</returns>
    protected abstract Tensor Compare(Tensor student, Tensor teacher, DistillationContext context);

    /// <summary>Brings the student's layer through the connector.</summary>
    private protected Tensor Connect(Tensor student) => _connector is null
        ? student
        : (_module ?? throw new InvalidOperationException(
            $"The connector of {GetType().Name} is sized by the first batch: call {nameof(Prepare)} before {nameof(Compute)}.")).call(student);
}
