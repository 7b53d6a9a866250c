namespace Distillation.Losses;

/// <summary>The logits of student and teacher, checked to say the same things about the same samples.</summary>
internal static class LogitPair
{
    public static (Tensor Student, Tensor Teacher) Of(DistillationContext context)
    {
        (Tensor student, Tensor teacher) = (context.Student.Logits, context.Teacher.Logits);
        return Shapes.Same(student, teacher) && student.dim() == 2
            ? (student, teacher)
            : throw new InvalidOperationException(
                $"Student and teacher must give logits of one shape [N, C], but the student gave {Shapes.Of(student)} and the teacher {Shapes.Of(teacher)}.");
    }
}
