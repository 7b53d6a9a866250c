namespace Distillation.Losses;

/// <summary>Logits as rows, one a sample, a token or a pixel, so that a loss knows one shape alone.</summary>
/// <remarks>R is N for logits [N, C], N·T for [N, T, C], N·H·W for [N, C, H, W]. Rows that a <see cref="MaskedBatch"/> or an ignored label rules out are here, with weight 0.</remarks>
public sealed class LogitRows
{
    private readonly DistillationContext _context;
    private readonly long? _ignoredLabel;
    private readonly ReadLabels _read;
    private Tensor? _teacher;

    private LogitRows(DistillationContext context, Tensor student, long? ignoredLabel)
    {
        _context = context;
        _ignoredLabel = ignoredLabel;
        _read = new();
        Student = student;
        Count = student.size(0);
        Classes = student.size(1);
        Weights = Weigh();
    }

    // Other logits of the same rows: what was read and weighed of these holds for them.
    private LogitRows(LogitRows rows, Tensor student, Tensor? teacher)
    {
        (_context, _ignoredLabel, _read, _teacher) = (rows._context, rows._ignoredLabel, rows._read, teacher ?? rows._teacher);
        (Student, Count, Classes, Weights) = (student, student.size(0), student.size(1), rows.Weights);
    }

    /// <summary>Gets the student's logits, [R, C], attached to the graph.</summary>
    public Tensor Student { get; }

    /// <summary>Gets the teacher's logits, [R, C], in the student's data type.</summary>
    /// <exception cref="InvalidOperationException">The run has no teacher, or its logits have another shape.</exception>
    public Tensor Teacher => _teacher ??= Rows(RequireSameShape(_context)).to(Student.dtype);

    /// <summary>Gets whether the run has a teacher.</summary>
    public bool HasTeacher => _context.HasTeacher;

    /// <summary>Gets the class id of each row, [R] int64; of an ignored row, 0.</summary>
    /// <exception cref="InvalidOperationException">There are no labels, or they are no class ids, one for each row.</exception>
    public Tensor Labels
    {
        get
        {
            if (_read.Labels is null)
            {
                Tensor labels = RequireClassIds();
                _read.Labels = _ignoredLabel is { } ignored ? labels.Filled(labels.Is(ignored), 0) : labels;
            }

            return _read.Labels;
        }
    }

    /// <summary>Gets whether the labels are class ids, one for each row.</summary>
    public bool HasClassIds => _context.Batch.Labels is { } labels && torch.is_integral(labels) && FitsRows(labels);

    /// <summary>Gets the label of each row as probabilities, [R, C], in the student's data type.</summary>
    /// <exception cref="InvalidOperationException">There are no labels, or they are no probabilities in the shape of the logits.</exception>
    public Tensor LabelProbabilities
    {
        get
        {
            Tensor labels = _context.Batch.RequireLabels();
            return torch.is_floating_point(labels) && Shapes.Same(labels, _context.Student.Logits)
                ? Rows(labels).to(Student.dtype)
                : throw WrongLabels(labels, $", or probabilities {Shapes.Of(_context.Student.Logits)} of a floating type");
        }
    }

    /// <summary>Gets what a regression should say of each row, [R, D], in the student's data type.</summary>
    /// <exception cref="InvalidOperationException">There are no targets, or they are neither in the shape of the outputs nor, where D = 1, one number for each row.</exception>
    public Tensor Targets
    {
        get
        {
            Tensor targets = _context.Batch.RequireLabels();
            Tensor outputs = _context.Student.Logits;
            bool single = Classes == 1 && FitsRows(targets);
            return torch.is_floating_point(targets) && (single || Shapes.Same(targets, outputs))
                ? (single ? targets.reshape(-1, 1) : Rows(targets)).to(Student.dtype)
                : throw new InvalidOperationException(
                    $"Targets must be {Shapes.Of(outputs)} of a floating type, the shape of the outputs{(Classes == 1 ? $", or {Shapes.OfRows(outputs)}" : "")}, but are {Shapes.Of(targets)} {targets.dtype}.");
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

    /// <summary>Gives the same rows with other logits: for a loss that changes what another loss sees.</summary>
    /// <param name="student">What the student is taken to have said, [R, C].</param>
    /// <param name="teacher">What the teacher is taken to have said, [R, C]; as it is if not given.</param>
    /// <returns>The rows.</returns>
    public LogitRows With(Tensor student, Tensor? teacher = null) => new(this, Require.Present(student), teacher);

    /// <summary>Gives what a layer of the teacher says of each row.</summary>
    /// <param name="feature">The layer: [N, K], [N, T, K] or [N, K, H, W], with a row for each row of logits.</param>
    /// <returns>Its rows, [R, K], in the layer's own data type.</returns>
    /// <exception cref="InvalidOperationException">The run has no teacher, or its layer does not have one row for each row of logits.</exception>
    public Tensor TeacherLayer(Feature feature)
    {
        Tensor layer = _context.Teacher[feature];
        Tensor logits = _context.Student.Logits;
        return Shapes.OfRows(layer) == Shapes.OfRows(logits) && layer.dim() == logits.dim()
            ? Rows(layer)
            : throw new InvalidOperationException(
                $"A teacher's layer must have one row for each row of logits, but the student gave {Shapes.Of(logits)} and the teacher's layer '{feature}' is {Shapes.Of(layer)}.");
    }

    /// <summary>Takes the mean over the rows that count; 0 where none does.</summary>
    /// <param name="values">A number for each row, [R].</param>
    /// <returns>A scalar.</returns>
    public Tensor Mean(Tensor values) => Weights is null ? values.mean() : (values * Weights).sum();

    /// <summary>Takes the rows that count, for a loss that compares rows with each other. With a mask this waits for the device.</summary>
    /// <param name="rows">Any tensor with one row for each, [R, ...].</param>
    /// <returns>The rows that count, [K, ...].</returns>
    public Tensor Counting(Tensor rows) => Weights is null ? rows : rows.index_select(0, Weights.nonzero().squeeze(1));

    internal static LogitRows Of(DistillationContext context, long? ignoredLabel) => new(context, Rows(context.Student.Logits), ignoredLabel);

    /// <summary>Brings a gradient of rows, [R, C], back to the shape of the student's logits.</summary>
    internal Tensor Restore(Tensor rows)
    {
        Tensor logits = _context.Student.Logits;
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

    private static Tensor RequireSameShape(DistillationContext context)
    {
        (Tensor student, Tensor teacher) = (context.Student.Logits, context.Teacher.Logits);
        return Shapes.Same(student, teacher)
            ? teacher
            : throw new InvalidOperationException(
                $"Student and teacher must give logits of one shape, but the student gave {Shapes.Of(student)} and the teacher {Shapes.Of(teacher)}.");
    }

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
        $"Labels must be class ids {Shapes.OfRows(_context.Student.Logits)} of an integer type, one for each row of logits {Shapes.Of(_context.Student.Logits)}{orElse}, but are {Shapes.Of(labels)} {labels.dtype}.");

    private bool FitsRows(Tensor perRow)
    {
        Tensor logits = _context.Student.Logits;
        return perRow.dim() == logits.dim() - 1 && perRow.numel() == Count && perRow.size(0) == logits.size(0);
    }

    private Tensor? Weigh()
    {
        Tensor? counts = null;
        if (_context.Batch is MaskedBatch { Mask: var mask })
        {
            counts = FitsRows(mask)
                ? mask.reshape(-1).IsNot(0)
                : throw new InvalidOperationException(
                    $"The mask must be {Shapes.OfRows(_context.Student.Logits)}, one for each row of logits {Shapes.Of(_context.Student.Logits)}, but is {Shapes.Of(mask)}.");
        }

        if (_ignoredLabel is { } ignored)
        {
            Tensor labelled = RequireClassIds().IsNot(ignored);
            counts = counts is null ? labelled : counts.logical_and_(labelled);
        }

        if (counts is null)
        {
            return null;
        }

        Tensor weights = counts.to(Student.dtype);
        return weights.div_(weights.sum().AtLeastInPlace(1));
    }

    // Rows with other logits are of the same labels, and a failure that these cause is explained by the rows that the loss was given.
    private sealed class ReadLabels
    {
        public Tensor? Labels { get; set; }
    }
}
