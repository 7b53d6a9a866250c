namespace Distillation.Losses;

/// <summary>Checks of the shapes of layers.</summary>
internal static class FeatureShapes
{
    /// <summary>Both layers are of the same shape.</summary>
    public static void RequireSame(Tensor student, Tensor teacher)
    {
        if (!Shapes.Same(student, teacher))
        {
            throw new InvalidOperationException(
                $"The loss compares layers of one shape, but the student's is {Shapes.Of(student)} and the teacher's {Shapes.Of(teacher)}. "
                + "Give it a connector, or other layers.");
        }
    }

    /// <summary>Both layers are maps [N, C, H, W] of the same samples.</summary>
    public static void RequireMaps(Tensor student, Tensor teacher)
    {
        RequireSamples(student, teacher);
        if (student.dim() != 4 || teacher.dim() != 4)
        {
            throw new InvalidOperationException(
                $"The loss compares maps [N, C, H, W], but the student's layer is {Shapes.Of(student)} and the teacher's {Shapes.Of(teacher)}. "
                + "Name layers that give maps.");
        }
    }

    /// <summary>Both layers are maps [N, C, H, W] of the same samples with the same number of channels.</summary>
    public static void RequireMapsOfSameChannels(Tensor student, Tensor teacher)
    {
        RequireMaps(student, teacher);
        if (student.size(1) != teacher.size(1))
        {
            throw new InvalidOperationException(
                $"The loss compares maps of the same number of channels, but the student's layer is {Shapes.Of(student)} and the "
                + $"teacher's {Shapes.Of(teacher)}. Name layers of one width.");
        }
    }

    /// <summary>Both layers are maps [N, C, H, W] of the same samples with the same height and width.</summary>
    public static void RequireMapsOfSamePlaces(Tensor student, Tensor teacher)
    {
        RequireMaps(student, teacher);
        if (student.size(2) != teacher.size(2) || student.size(3) != teacher.size(3))
        {
            throw new InvalidOperationException(
                $"The loss compares maps of one height and width, but the student's layer is {Shapes.Of(student)} and the "
                + $"teacher's {Shapes.Of(teacher)}. Name layers of one size.");
        }
    }

    /// <summary>Both layers are of the same samples.</summary>
    public static void RequireSamples(Tensor student, Tensor teacher)
    {
        if (student.dim() < 2 || teacher.dim() < 2 || student.size(0) != teacher.size(0))
        {
            throw new InvalidOperationException(
                $"The loss compares layers [N, ...] of the same samples, but the student's is {Shapes.Of(student)} and the teacher's {Shapes.Of(teacher)}.");
        }
    }

    /// <summary>Both layers, [N, C, ...], have places, and as many channels.</summary>
    public static void RequireChannels(Tensor student, Tensor teacher)
    {
        RequireSamples(student, teacher);
        if (student.dim() < 3 || teacher.dim() < 3 || student.size(1) != teacher.size(1))
        {
            throw new InvalidOperationException(
                $"The loss compares layers [N, C, ...] with as many channels, but the student's is {Shapes.Of(student)} and the "
                + $"teacher's {Shapes.Of(teacher)}. Give it a connector, or other layers.");
        }
    }

    /// <summary>A layer as one vector for each sample, [N, D].</summary>
    public static Tensor Flat(Tensor layer) => layer.flatten(1);
}
