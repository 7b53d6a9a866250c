using System.Globalization;
using static TorchSharp.torch.nn;

namespace Distillation.SmallData;

/// <summary>A client's model, and how many samples of which class it has learned from: all that others need of it.</summary>
/// <remarks>
/// Its file is in the safetensors format, the state of the module by name, with the counts as metadata <c>classes</c> (<c>0:50 3:50</c>). It holds no code, and
/// no samples.
/// </remarks>
public sealed class FederatedModel : IDisposable
{
    private const string Counts = "classes";

    internal FederatedModel(Module<Tensor, Tensor> module, IReadOnlyDictionary<long, long> samples)
    {
        (Module, SamplesOfClass) = (module, samples);
        Teacher = Distillation.Teacher.From(module);
    }

    /// <summary>Gets the model, in evaluation mode.</summary>
    public Module<Tensor, Tensor> Module { get; }

    /// <summary>Gets the model as a teacher.</summary>
    public ITeacher Teacher { get; }

    /// <summary>Gets the number of labeled samples of each class that the client has; classes without one are not there.</summary>
    public IReadOnlyDictionary<long, long> SamplesOfClass { get; }

    /// <summary>Reads a model that another client has saved.</summary>
    /// <param name="path">The file.</param>
    /// <param name="original">Makes a new model of the kind that was saved.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">The file is truncated, damaged, or of another kind of model; the message names it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FederatedModel Load(string path, Func<Module<Tensor, Tensor>> original)
    {
        Require.Present(original);
        Module<Tensor, Tensor> module = OriginalTraining.Make(original, seed: 0);
        try
        {
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            (Dictionary<string, Tensor> saved, IReadOnlyDictionary<string, string> metadata) = DigestedFile.Read(path);
            Dictionary<long, long> samples = ReadCounts(path, metadata);
            Dictionary<string, Tensor> state = module.state_dict();
            RequireSame(path, saved, state);
            foreach ((string name, Tensor tensor) in state)
            {
                tensor.copy_(saved[name]);
            }

            module.eval();
            return new FederatedModel(module, samples);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    /// <summary>Writes the model to a file, which then is whole or, if anything fails, what it was before.</summary>
    /// <param name="path">The file; one that is there is replaced.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => DigestedFile.Write(
        path,
        Module.state_dict(),
        new Dictionary<string, string>
        {
            [Counts] = string.Join(' ', SamplesOfClass.OrderBy(pair => pair.Key).Select(pair => FormattableString.Invariant($"{pair.Key}:{pair.Value}"))),
        });

    /// <summary>Returns the model as a member of a <see cref="PartialLabelEnsemble"/>, which counts by its number of samples of each class.</summary>
    /// <returns>
    /// The member, at temperature 1.3: models of few samples are surer than they are right, and ensembles of them were more accurate so on draws that no
    /// reported figure uses. It lives as long as the model.
    /// </returns>
    public PartialLabelMember AsMember() => new(Teacher, SamplesOfClass) { Temperature = 1.3 };

    /// <inheritdoc/>
    public void Dispose()
    {
        Teacher.Dispose();
        Module.Dispose();
    }

    private static Dictionary<long, long> ReadCounts(string path, IReadOnlyDictionary<string, string> metadata)
    {
        var samples = new Dictionary<long, long>();
        foreach (string pair in metadata.GetValueOrDefault(Counts, string.Empty).Split(' '))
        {
            string[] numbers = pair.Split(':');
            if (numbers.Length != 2
                || !long.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out long id)
                || !long.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out long count)
                || count == 0)
            {
                throw new InvalidDataException(
                    $"'{path}' is not the model of a client: it must have the number of training samples of each class, "
                    + $"as in '0:50 3:50', but has '{pair}'.");
            }

            samples[id] = count;
        }

        return samples;
    }

    private static void RequireSame(string path, Dictionary<string, Tensor> saved, Dictionary<string, Tensor> state)
    {
        string Of(Dictionary<string, Tensor> tensors, string name) =>
            tensors.TryGetValue(name, out Tensor? tensor) ? $"{Distillation.Shapes.Of(tensor)} {tensor.dtype}" : "not there";

        foreach (string name in state.Keys.Union(saved.Keys))
        {
            if (Of(saved, name) != Of(state, name))
            {
                throw new InvalidDataException(
                    $"'{path}' is of another kind of model: '{name}' is {Of(saved, name)} in the file and {Of(state, name)} in the model.");
            }
        }
    }
}
