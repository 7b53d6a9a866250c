using System.Runtime.InteropServices;

namespace Distillation.Losses;

/// <summary>
/// Logits [R, C] of float32 in the processor's memory, of which a row is computed at a time, where libtorch would pass over all of them again and again; with
/// the teacher's and the class ids where they are there.
/// </summary>
internal readonly ref struct CpuLogits
{
    // Above it libtorch's kernels share the numbers out among threads. For one or two of these they pass over memory too often.
    private const long MostNumbersOfThreads = 1 << 15;
    private const int FewThreads = 2;

    // What a span of bytes holds.
    private const long MostNumbers = int.MaxValue / sizeof(float);

    private CpuLogits(ReadOnlySpan<float> student, ReadOnlySpan<float> teacher, ReadOnlySpan<long> labels, int classes, TrainingPosition position)
    {
        Student = student;
        Teacher = teacher;
        Labels = labels;
        Classes = classes;
        Position = position;
        Count = student.Length / classes;
    }

    /// <summary>Gets the student's logits, row by row.</summary>
    public ReadOnlySpan<float> Student { get; }

    /// <summary>Gets the teacher's logits, row by row; empty where there are none of that shape and type.</summary>
    public ReadOnlySpan<float> Teacher { get; }

    /// <summary>Gets the class ids; empty where there are none.</summary>
    public ReadOnlySpan<long> Labels { get; }

    /// <summary>Gets the number of rows, R.</summary>
    public int Count { get; }

    /// <summary>Gets the number of classes, C.</summary>
    public int Classes { get; }

    /// <summary>Gets where the run is.</summary>
    public TrainingPosition Position { get; }

    /// <summary>Takes a context's logits and labels as they lie in memory, if all rows count and they are few and near.</summary>
    /// <returns><see langword="false"/> if they are not.</returns>
    public static bool TryOf(DistillationContext context, out CpuLogits rows)
    {
        rows = default;
        Tensor student = context.Student.Logits;
        if (context.Batch is MaskedBatch || student.dim() != 2 || !IsFew(student.numel()) || !IsNear(student, torch.ScalarType.Float32))
        {
            return false;
        }

        (long count, long classes) = (student.size(0), student.size(1));
        ReadOnlySpan<float> teacher = context.HasTeacher
            && context.Teacher.Logits is var output
            && Shapes.Same(student, output)
            && IsNear(output, torch.ScalarType.Float32)
                ? Numbers<float>(output)
                : [];
        ReadOnlySpan<long> labels = context.Batch.Labels is { } given && given.dim() == 1 && given.size(0) == count && IsNear(given, torch.ScalarType.Int64)
            ? Numbers<long>(given)
            : [];
        rows = new(Numbers<float>(student), teacher, labels, (int)classes, context.Position);
        return true;
    }

    public static Span<T> Numbers<T>(Tensor tensor)
        where T : struct => MemoryMarshal.Cast<byte, T>(tensor.bytes);

    private static bool IsFew(long numbers) =>
        numbers is > 0 and <= MostNumbers && (numbers <= MostNumbersOfThreads || torch.get_num_threads() <= FewThreads);

    private static bool IsNear(Tensor tensor, torch.ScalarType type) => tensor.dtype == type && tensor.device_type == DeviceType.CPU && tensor.is_contiguous();
}
