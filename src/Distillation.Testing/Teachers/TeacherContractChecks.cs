namespace Distillation.Testing;

/// <summary>Checks the members of a teacher besides the tensors that it returns.</summary>
internal sealed class TeacherContractChecks(Func<ITeacher> create, Batch batch, TeacherCheckOptions options)
{
    private static readonly Feature Unknown = new("a layer that does not exist");

    public string? AvailableFeatures()
    {
        using ITeacher teacher = create();
        Feature[] features = [.. teacher.AvailableFeatures ?? []];
        foreach (FeatureSet set in features.Select(feature => FeatureSet.Of(feature)).Append(FeatureSet.Of(features)))
        {
            ModelOutput output = teacher.Predict(batch, set);
            if (set.FirstOrDefault(feature => !output.Features.Contains(feature)) is { Path: not null } missing)
            {
                return $"The output must have the layer '{missing}', which {nameof(ITeacher.AvailableFeatures)} lists, but has: "
                    + $"{string.Join(", ", output.Features.DefaultIfEmpty("the logits alone"))}.";
            }
        }

        return null;
    }

    public string? UnknownFeature()
    {
        using ITeacher teacher = create();
        try
        {
            teacher.Predict(batch, FeatureSet.Of(Unknown));
        }
        catch (ArgumentException)
        {
            return null;
        }

        return $"The layer '{Unknown}' must be refused with an {nameof(ArgumentException)}, but was accepted.";
    }

    public string? UnchangedBatch()
    {
        using ITeacher teacher = create();
        (string Name, Tensor Tensor, double[] Before)[] tensors =
        [
            .. Tensors().Select(one => (one.Name, one.Tensor, Numbers.Of(one.Tensor))),
        ];
        using (torch.NewDisposeScope())
        {
            teacher.Predict(batch, OutputChecks.Features(teacher));
        }

        return tensors.Select(one => one.Tensor.IsInvalid
                ? $"{one.Name} of the batch must stay the caller's, but a prediction disposed it."
                : Numbers.BitDifference($"{one.Name} of the batch after a prediction", Numbers.Of(one.Tensor), one.Before))
            .FirstOrDefault(message => message is not null);
    }

    public string? RepeatedSamples()
    {
        using ITeacher teacher = create();
        if (!teacher.AcceptsRepeatedSamples)
        {
            return null;
        }

        FeatureSet features = OutputChecks.Features(teacher);
        Dictionary<string, Tensor> expected = OutputChecks.Tensors(teacher.Predict(batch, features)).ToDictionary();
        if (!IsReproduced(teacher.Predict(batch, features), expected))
        {
            // The checks of the outputs report it.
            return null;
        }

        long start = 0;
        foreach (Batch other in Repeated() is { } repeated ? [repeated] : batch.Split((batch.Count / 2) + 1))
        {
            long count = Math.Min(other.Count, batch.Count);
            foreach ((string name, Tensor tensor) in OutputChecks.Tensors(teacher.Predict(other, features)))
            {
                string what = other.Count > batch.Count ? $"{name} of a batch that is filled up to {other.Count} samples" : $"{name} of a part of the batch";
                if (Numbers.RelativeDifference(
                    what, Numbers.Of(tensor.narrow(0, 0, count)), Numbers.Of(expected[name].narrow(0, start, count)), options.RepeatedTolerance) is { } message)
                {
                    return message;
                }
            }

            start += other.Count;
        }

        return null;
    }

    public string? Cancellation()
    {
        using ITeacher teacher = create();
        try
        {
            teacher.Predict(batch, FeatureSet.None, new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            return null;
        }

        return $"A canceled token must end the prediction with an {nameof(OperationCanceledException)}, but the prediction came to its end.";
    }

    public string? Fingerprint()
    {
        using ITeacher teacher = create();
        string? first = teacher.Fingerprint();
        string? second = teacher.Fingerprint();
        teacher.Predict(batch, FeatureSet.None);
        string? third = teacher.Fingerprint();
        return first == second && first == third
            ? null
            : $"{nameof(ITeacher.Fingerprint)} must be the same at each call, but was '{first}', '{second}', and '{third}' after a prediction.";
    }

    private bool IsReproduced(ModelOutput output, Dictionary<string, Tensor> expected) => OutputChecks.Tensors(output).All(
        one => one.Tensor.dim() > 0 && one.Tensor.size(0) == batch.Count
            && expected.TryGetValue(one.Name, out Tensor? first) && Numbers.Of(one.Tensor).AsSpan().SequenceEqual(Numbers.Of(first)));

    // Two samples more than twice the batch, so that the last repetition is a part of it.
    private Batch? Repeated()
    {
        Tensor rows = KeptAliveScalar.Arange(0, (2 * batch.Count) + Math.Min(2, batch.Count)).Remainder(batch.Count);
        Tensor Repeat(Tensor tensor) => tensor.index_select(0, rows.to(tensor.device));
        (Tensor inputs, Tensor? labels, Tensor indices) = (Repeat(batch.Inputs), batch.Labels is { } given ? Repeat(given) : null, Repeat(batch.Indices));
        return batch.GetType() == typeof(Batch) ? new Batch(inputs, labels, indices)
            : batch.GetType() == typeof(MaskedBatch) ? new MaskedBatch(inputs, labels, indices, Repeat(((MaskedBatch)batch).Mask))
            : null;
    }

    private IEnumerable<(string Name, Tensor Tensor)> Tensors()
    {
        yield return ("The inputs", batch.Inputs);
        yield return ("The indices", batch.Indices);
        if (batch.Labels is { } labels)
        {
            yield return ("The labels", labels);
        }

        if (batch is MaskedBatch masked)
        {
            yield return ("The mask", masked.Mask);
        }
    }
}
