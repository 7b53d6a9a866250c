namespace Distillation.Testing;

/// <summary>Checks the tensors that a teacher returns.</summary>
internal sealed class OutputChecks(Func<ITeacher> create, Batch batch)
{
    private const int Predictions = 10;

    /// <summary>All layers of a teacher; none where it cannot list them.</summary>
    public static FeatureSet Features(ITeacher teacher) => FeatureSet.Of(teacher.AvailableFeatures ?? []);

    /// <summary>The tensors of an output, by name.</summary>
    public static IEnumerable<(string Name, Tensor Tensor)> Tensors(ModelOutput output) =>
        output.Features.OrderBy(feature => feature.Path, StringComparer.Ordinal)
            .Select(feature => ($"The layer '{feature}'", output[feature]))
            .Prepend(("The logits", output.Logits));

    public string? Same()
    {
        using ITeacher teacher = create();
        FeatureSet features = Features(teacher);
        var first = Tensors(teacher.Predict(batch, features)).Select(one => (one.Name, Numbers: Numbers.Of(one.Tensor))).ToDictionary();
        return First(
            teacher.Predict(batch, features),
            (name, tensor) => Numbers.BitDifference($"{name} of a second prediction of the same batch", Numbers.Of(tensor), first.GetValueOrDefault(name, [])));
    }

    public string? Detached()
    {
        using ITeacher teacher = create();
        return First(
            teacher.Predict(batch, Features(teacher)), (name, tensor) => tensor.requires_grad ? $"{name} must be detached, but requires a gradient." : null);
    }

    public string? ShapeAndDevice()
    {
        using ITeacher teacher = create();
        Tensor inputs = batch.Inputs;
        return First(
            teacher.Predict(batch, Features(teacher)),
            (name, tensor) => tensor.dim() == 0 || tensor.size(0) != batch.Count
                ? $"{name} must have {batch.Count} rows as the batch has, but is {Shapes.Of(tensor)}."
                : tensor.device_type != inputs.device_type || tensor.device_index != inputs.device_index
                    ? $"{name} must be on {inputs.device} as the batch is, but is on {tensor.device}."
                    : null);
    }

    public string? Owned()
    {
        using ITeacher teacher = create();
        (string Name, Tensor Tensor)[] outputs;
        using (torch.NewDisposeScope())
        {
            outputs = [.. Tensors(teacher.Predict(batch, Features(teacher)))];
        }

        return outputs.FirstOrDefault(output => !output.Tensor.IsInvalid).Name is { } kept
            ? $"{kept} must belong to the dispose scope of the caller, but is alive after it: return a copy or an alias of a tensor that is kept."
            : null;
    }

    public string? LiveTensors()
    {
        using ITeacher teacher = create();
        FeatureSet features = Features(teacher);
        long left = Testing.LiveTensors.Growth(() =>
        {
            for (int i = 0; i < Predictions; i++)
            {
                using DisposeScope scope = torch.NewDisposeScope();
                teacher.Predict(batch, features);
            }
        });
        return left == 0 ? null : $"{Predictions} predictions must leave no tensor after their dispose scopes, but left {left}.";
    }

    private static string? First(ModelOutput output, Func<string, Tensor, string?> find) =>
        Tensors(output).Select(one => find(one.Name, one.Tensor)).FirstOrDefault(message => message is not null);
}
