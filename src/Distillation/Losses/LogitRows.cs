namespace Distillation.Losses;

/// <summary>Logits as rows, one a sample, a token or a pixel, so that a loss has one shape to handle.</summary>
/// <remarks>
/// <para>
/// R is N for logits [N, C], N·T for [N, T, C], N·H·W for [N, C, H, W]. Rows that a <see cref="MaskedBatch"/> or an ignored label rules out are here, with
/// weight 0; all their numbers are 0, so that what stood there, NaN included, reaches neither a value nor a gradient.
/// </para>
/// <para>Logits in float16 and bfloat16 are converted to float32, and the gradient back.</para>
/// </remarks>
public sealed class LogitRows
{
    private readonly DistillationContext _context;
    private readonly long? _ignoredLabel;
    private readonly ReadLabels _read;
    private readonly Tensor? _leftOut;
    private Tensor? _teacher;

    private LogitRows(DistillationContext context, Tensor student, long? ignoredLabel)
    {
        _context = context;
        _ignoredLabel = ignoredLabel;
        _read = new();
        Count = student.size(0);
        Classes = student.size(1);
        _leftOut = FindLeftOut();
        Student = WithoutLeftOut(Loss.Widen(student));
        Weights = _leftOut is null ? null : Weigh(_leftOut, Student.dtype);
    }

    // Other logits of the same rows: what was read and weighed of these holds for them.
    private LogitRows(LogitRows rows, Tensor student, Tensor? teacher)
    {
        _context = rows._context;
        _ignoredLabel = rows._ignoredLabel;
        _read = rows._read;
        _leftOut = rows._leftOut;
        _teacher = teacher ?? rows._teacher;
        Student = student;
        Count = student.size(0);
        Classes = student.size(1);
        Weights = rows.Weights;
    }

    /// <summary>Gets the student's logits, [R, C], attached to the graph; in float32 where they are float16 or bfloat16.</summary>
    public Tensor Student { get; }

    /// <summary>Gets the teacher's logits, [R, C], in the data type of <see cref="Student"/>.</summary>
    /// <exception cref="InvalidOperationException">The run has no teacher, or its logits have another shape.</exception>
    public Tensor Teacher => _teacher ??= WithoutLeftOut(Rows(RequireSameShape(_context)).to(Student.dtype));

    /// <summary>Gets the teacher's outputs, [R, E], in the data type of <see cref="Student"/>: they may have another width than the student's.</summary>
    internal Tensor TeacherOfAnyWidth => _teacher ?? WithoutLeftOut(Rows(RequireSameShape(_context, orRows: true)).to(Student.dtype));

    /// <summary>Gets whether the run has a teacher.</summary>
    public bool HasTeacher => _context.HasTeacher;

    /// <summary>Gets the class id of each row, [R] int64; of a row that does not count, 0.</summary>
    /// <exception cref="InvalidOperationException">There are no labels, or they are no class ids, one for each row.</exception>
    public Tensor Labels
    {
        get
        {
            if (_read.Labels is null)
            {
                Tensor labels = RequireClassIds();
                _read.Labels = _leftOut is null ? labels : labels.MaskedFill(_leftOut, 0);
            }

            return _read.Labels;
        }
    }

    /// <summary>Gets whether the labels are class ids, one for each row.</summary>
    public bool HasClassIds => _context.Batch.Labels is { } labels && torch.is_integral(labels) && FitsRows(labels);

    /// <summary>Gets the label of each row as probabilities, [R, C], in the data type of <see cref="Student"/>.</summary>
    /// <exception cref="InvalidOperationException">There are no labels, or they are no probabilities in the shape of the logits.</exception>
    public Tensor LabelProbabilities
    {
        get
        {
            Tensor labels = _context.Batch.RequireLabels();
            return torch.is_floating_point(labels) && Shapes.Same(labels, _context.Student.Logits)
                ? WithoutLeftOut(Rows(labels).to(Student.dtype))
                : throw WrongLabels(labels, $", or probabilities {Shapes.Of(_context.Student.Logits)} of a floating type");
        }
    }

    /// <summary>Gets the target of a regression for each row, [R, D], in the data type of <see cref="Student"/>.</summary>
    /// <exception cref="InvalidOperationException">
    /// There are no targets, or they are neither in the shape of the outputs nor, where D = 1, one number for each row.
    /// </exception>
    public Tensor Targets
    {
        get
        {
            Tensor targets = _context.Batch.RequireLabels();
            Tensor outputs = _context.Student.Logits;
            bool single = Classes == 1 && FitsRows(targets);
            return torch.is_floating_point(targets) && (single || Shapes.Same(targets, outputs))
                ? WithoutLeftOut((single ? targets.reshape(-1, 1) : Rows(targets)).to(Student.dtype))
                : throw new InvalidOperationException(
                    $"Targets must be {Shapes.Of(outputs)} of a floating type, "
                    + $"the shape of the outputs{(Classes == 1 ? $", or {Shapes.OfRows(outputs)}" : "")}, but are {Shapes.Of(targets)} {targets.dtype}.");
        }
    }

    /// <summary>
    /// Gets whether each class is present, [R, C], 1 or 0 or a probability, in the data type of <see cref="Student"/>: labels of any type in the shape of the
    /// logits or, where C = 1, one for each row.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are no labels, or they have another shape.</exception>
    internal Tensor Presence
    {
        get
        {
            Tensor labels = _context.Batch.RequireLabels();
            Tensor logits = _context.Student.Logits;
            bool single = Classes == 1 && FitsRows(labels);
            return single || Shapes.Same(labels, logits)
                ? WithoutLeftOut((single ? labels.reshape(-1, 1) : Rows(labels)).to(Student.dtype))
                : throw new InvalidOperationException(
                    $"Labels must be 0 or 1, or probabilities, {Shapes.Of(logits)}, "
                    + $"one for each output{(Classes == 1 ? $", or {Shapes.OfRows(logits)}" : "")}, but are {Shapes.Of(labels)} {labels.dtype}. "
                    + $"For class ids there is {nameof(HardLabelLoss)}.");
        }
    }

    /// <summary>Gets what the labels must be, where they were read as class ids.</summary>
    internal ClassIds? ClassIds => _read.Labels is null ? null : new(Classes, _ignoredLabel);

    /// <summary>Gets the number of rows, R.</summary>
    public long Count { get; }

    /// <summary>Gets the number of classes, C.</summary>
    public long Classes { get; }

    /// <summary>Gets how much each row counts, [R]: 1/K for the K rows that count, 0 for the others; <see langword="null"/> where all count.</summary>
    public Tensor? Weights { get; }

    /// <summary>Gets the samples, as they came.</summary>
    public Batch Batch => _context.Batch;

    /// <summary>Gets where the run is.</summary>
    public TrainingPosition Position => _context.Position;

    /// <summary>Returns the same rows with other logits: for a loss that changes what another loss sees.</summary>
    /// <param name="student">The logits of the student, [R, C].</param>
    /// <param name="teacher">The logits of the teacher, [R, C]; unchanged if not given.</param>
    /// <returns>The rows.</returns>
    public LogitRows With(Tensor student, Tensor? teacher = null) => new(this, Require.Present(student), teacher);

    /// <summary>Returns the values of a layer of the teacher for each row.</summary>
    /// <param name="feature">The layer: [N, K], [N, T, K] or [N, K, H, W], with a row for each row of logits.</param>
    /// <returns>Its rows, [R, K], in the layer's own data type; 0 in rows that do not count.</returns>
    /// <exception cref="InvalidOperationException">The run has no teacher, or its layer does not have one row for each row of logits.</exception>
    public Tensor TeacherLayer(Feature feature)
    {
        Tensor layer = _context.Teacher[feature];
        Tensor logits = _context.Student.Logits;
        return HaveSameRows(layer, logits)
            ? WithoutLeftOut(Rows(layer))
            : throw new InvalidOperationException(
                $"A teacher's layer must have one row for each row of logits, but the student gave {Shapes.Of(logits)} and the teacher's layer '{feature}' "
                + $"is {Shapes.Of(layer)}.");
    }

    /// <summary>Takes the mean over the rows that count; 0 where none does.</summary>
    /// <param name="values">A number for each row, [R].</param>
    /// <returns>A scalar.</returns>
    public Tensor Mean(Tensor values) => Weights is null ? values.mean() : (WithoutLeftOut(values) * Weights).sum();

    /// <summary>Takes the rows that count, for a loss that compares rows with each other. With a mask this waits for the device.</summary>
    /// <param name="rows">Any tensor with one row for each, [R, ...].</param>
    /// <returns>The rows that count, [K, ...].</returns>
    public Tensor Counting(Tensor rows) => _leftOut is null ? rows : rows.index_select(0, _leftOut.logical_not().nonzero().squeeze(1));

    internal static LogitRows Of(DistillationContext context, long? ignoredLabel) => new(context, Rows(context.Student.Logits), ignoredLabel);

    /// <summary>Which rows do not count, [R] booleans; <see langword="null"/> where all do.</summary>
    internal Tensor? LeftOut => _leftOut;

    /// <summary>Weighs the gradient of each row's own loss, [R, C], in place: the gradient of the mean over the rows that count.</summary>
    internal Tensor Weigh(Tensor gradient)
    {
        return Weights is null ? gradient.MulInPlace(1.0 / Count) : gradient.MaskedFillInPlace(_leftOut!.unsqueeze(1), 0).mul_(Weights.unsqueeze(1));
    }

    /// <summary>Brings a gradient of rows, [R, C], back to the shape and the data type of the student's logits.</summary>
    internal Tensor Restore(Tensor rows)
    {
        Tensor logits = _context.Student.Logits;
        rows = rows.dtype == logits.dtype ? rows : rows.to(logits.dtype);
        return logits.dim() switch
        {
            2 => rows,
            3 => rows.view(logits.shape),
            _ => rows.view(logits.size(0), logits.size(2), logits.size(3), Classes).permute(0, 3, 1, 2),
        };
    }

    /// <summary>Explains a failure of the native library by a label that is out of range, if one is.</summary>
    internal InvalidOperationException? ExplainLabels(Exception cause)
    {
        if (_read.Labels is not { } labels)
        {
            return null;
        }

        using var scope = torch.NewDisposeScope();
        (long least, long most) = (labels.min().item<long>(), labels.max().item<long>());
        return least >= 0 && most < Classes
            ? null
            : WrongLabel(least < 0 ? least : most, Classes, cause);
    }

    internal static InvalidOperationException WrongLabel(long label, long classes, Exception? cause = null) =>
        new($"Class ids must be in [0, {classes - 1}], for the student has {classes} outputs, but the batch has {label}.", cause);

    private static Tensor RequireSameShape(DistillationContext context, bool orRows = false)
    {
        (Tensor student, Tensor teacher) = (context.Student.Logits, context.Teacher.Logits);
        return Shapes.Same(student, teacher) || (orRows && HaveSameRows(student, teacher))
            ? teacher
            : throw new InvalidOperationException(
                $"Student and teacher must give {(orRows ? "outputs for the same rows" : "logits of one shape")}, "
                + $"but the student gave {Shapes.Of(student)} and the teacher {Shapes.Of(teacher)}.");
    }

    private static bool HaveSameRows(Tensor left, Tensor right) => left.dim() == right.dim() && Shapes.OfRows(left) == Shapes.OfRows(right);

    private static Tensor Rows(Tensor logits) => logits.dim() switch
    {
        2 => logits,
        3 => logits.reshape(-1, logits.size(2)),
        4 => logits.permute(0, 2, 3, 1).reshape(-1, logits.size(1)),
        _ => throw new InvalidOperationException($"Logits must be [N, C], [N, T, C] or [N, C, H, W], but are {Shapes.Of(logits)}."),
    };

    private Tensor RequireClassIds()
    {
        Tensor labels = _context.Batch.RequireLabels();
        return torch.is_integral(labels) && FitsRows(labels) ? labels.reshape(-1).to(torch.ScalarType.Int64) : throw WrongLabels(labels);
    }

    private InvalidOperationException WrongLabels(Tensor labels, string orElse = "") => new(
        $"Labels must be class ids {Shapes.OfRows(_context.Student.Logits)} of an integer type, "
        + $"one for each row of logits {Shapes.Of(_context.Student.Logits)}{orElse}, but are {Shapes.Of(labels)} {labels.dtype}.");

    private bool FitsRows(Tensor perRow)
    {
        Tensor logits = _context.Student.Logits;
        return perRow.dim() == logits.dim() - 1 && perRow.numel() == Count && perRow.size(0) == logits.size(0);
    }

    private Tensor? FindLeftOut()
    {
        Tensor? leftOut = _context.Batch is MaskedBatch { Mask: var mask } && !IsOfInputs(mask) ? RequireRows(mask).reshape(-1).Eq(0) : null;
        if (_ignoredLabel is not { } ignored)
        {
            return leftOut;
        }

        Tensor unlabeled = RequireClassIds().Eq(ignored);
        return leftOut is null ? unlabeled : unlabeled.logical_or_(leftOut);
    }

    // Of logits [N, C] a mask [N, T] marks which places of the inputs are padding. [N, 1] may mean either.
    private bool IsOfInputs(Tensor mask) => _context.Student.Logits.dim() == 2 && mask.dim() == 2 && mask.size(1) > 1;

    private Tensor RequireRows(Tensor mask)
    {
        Tensor logits = _context.Student.Logits;
        return FitsRows(mask)
            ? mask
            : throw new InvalidOperationException(
                $"The mask must be {Shapes.OfRows(logits)}, one for each row of logits "
                + $"{Shapes.Of(logits)}{(logits.dim() == 2 ? ", or [N, T] with T > 1, one for each place of padded inputs" : "")}, but is {Shapes.Of(mask)}.");
    }

    private Tensor WithoutLeftOut(Tensor rows) => _leftOut is null ? rows : rows.MaskedFill(rows.dim() == 1 ? _leftOut : _leftOut.unsqueeze(1), 0);

    private static Tensor Weigh(Tensor leftOut, torch.ScalarType dtype)
    {
        Tensor weights = leftOut.logical_not().to(dtype);
        return weights.div_(weights.sum().ClampMinInPlace(1));
    }

    // Rows with other logits are of the same labels, and a failure that these cause is explained by the rows that the loss was given.
    private sealed class ReadLabels
    {
        public Tensor? Labels { get; set; }
    }
}
