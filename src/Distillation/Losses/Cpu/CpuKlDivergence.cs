using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Distillation.Losses;

/// <summary>
/// scale · KL(p ‖ q) and its gradient for p = softmax(t/T) of the teacher and q = softmax(s/T) of the student, row by row in the processor's memory.
/// </summary>
internal static class CpuKlDivergence
{
    public static double Measure(in CpuLogits rows, Span<float> gradient, double temperature, double scale, double weight)
    {
        int classes = rows.Classes;
        int length = CpuSoftmax.LengthFor(classes);
        float[] buffer = ArrayPool<float>.Shared.Rent(4 * length);
        try
        {
            Span<float> shiftedStudent = buffer.AsSpan(0, length);
            Span<float> student = buffer.AsSpan(length, length);
            Span<float> shiftedTeacher = buffer.AsSpan(2 * length, length);
            Span<float> teacher = buffer.AsSpan(3 * length, length);
            float inverse = (float)(1 / temperature);
            float slope = (float)(weight * scale / (temperature * rows.Count));
            double sum = 0;
            for (int row = 0; row < rows.Count; row++)
            {
                float ofStudent = CpuSoftmax.Exponentials(rows.Student.Slice(row * classes, classes), inverse, shiftedStudent, student);
                float ofTeacher = CpuSoftmax.Exponentials(rows.Teacher.Slice(row * classes, classes), inverse, shiftedTeacher, teacher);
                sum += Row(shiftedStudent, student, ofStudent, shiftedTeacher, teacher, ofTeacher, slope);
                CpuSoftmax.Add(gradient.Slice(row * classes, classes), student, scale: 1, offset: 0);
            }

            return scale * sum / rows.Count;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }

    // KL of the row; its gradient takes the place of the student's exponentials.
    private static double Row(
        ReadOnlySpan<float> shiftedStudent,
        Span<float> student,
        float ofStudent,
        ReadOnlySpan<float> shiftedTeacher,
        ReadOnlySpan<float> teacher,
        float ofTeacher,
        float slope)
    {
        ReadOnlySpan<Vector256<float>> logStudent = MemoryMarshal.Cast<float, Vector256<float>>(shiftedStudent);
        Span<Vector256<float>> q = MemoryMarshal.Cast<float, Vector256<float>>(student);
        ReadOnlySpan<Vector256<float>> logTeacher = MemoryMarshal.Cast<float, Vector256<float>>(shiftedTeacher);
        ReadOnlySpan<Vector256<float>> p = MemoryMarshal.Cast<float, Vector256<float>>(teacher);
        Vector256<float> perStudent = Vector256.Create(1 / ofStudent);
        Vector256<float> perTeacher = Vector256.Create(1 / ofTeacher);
        Vector256<float> logs = Vector256.Create(MathF.Log(ofStudent) - MathF.Log(ofTeacher));
        Vector256<float> slopes = Vector256.Create(slope);
        double sum = 0;
        for (int start = 0; start < q.Length; start += CpuSoftmax.Block)
        {
            Vector256<float> ofBlock = Vector256<float>.Zero;
            for (int i = start; i < Math.Min(start + CpuSoftmax.Block, q.Length); i++)
            {
                Vector256<float> share = p[i] * perTeacher;
                Vector256<float> term = share * (logTeacher[i] - logStudent[i] + logs);

                // Where the teacher's probability is 0 so is the term, even if a logarithm is infinite.
                ofBlock += Vector256.ConditionalSelect(Vector256.Equals(share, Vector256<float>.Zero), Vector256<float>.Zero, term);
                q[i] = ((q[i] * perStudent) - share) * slopes;
            }

            sum += Vector256.Sum(ofBlock);
        }

        return sum;
    }
}
