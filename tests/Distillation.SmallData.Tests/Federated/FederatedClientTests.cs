using static TorchSharp.torch.nn;

namespace Distillation.SmallData.Tests;

public sealed class FederatedClientTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();
    private readonly TensorData _low = SmallProblem.Heaps(30, [0, 1]);
    private readonly TensorData _high = SmallProblem.Heaps(30, [2, 3], seed: 15);
    private readonly FederatedOptions _options =
        new() { Training = SmallProblem.Training with { Steps = 30 }, MinPoolSize = 120, PoolFactor = 4, Exchange = FederatedExchange.ModelsAndSamples };

    private string Path => System.IO.Path.Combine(_folder.FullName, "client");

    public void Dispose()
    {
        _low.Dispose();
        _high.Dispose();
        _folder.Delete(recursive: true);
        _scope.Dispose();
    }

    [Fact]
    public void Steps_over_files_give_the_same_bits_as_all_in_one_process()
    {
        FederatedClient[] clients = [New(0, _low), New(1, _high)];
        foreach ((FederatedClient client, int number) in clients.Select((client, number) => (client, number)))
        {
            using FederatedModel model = client.Train();
            using TensorData made = client.Generate(classes: 4, count: 120);
            model.Save($"{Path}.{number}.model");
            SampleFile.Save(made, $"{Path}.{number}.samples");
        }

        using FederatedModel low = FederatedModel.Load($"{Path}.0.model", SmallProblem.HeapNetwork);
        using FederatedModel high = FederatedModel.Load($"{Path}.1.model", SmallProblem.HeapNetwork);
        using var teacher = new PartialLabelEnsemble(low.AsMember(), high.AsMember());
        using TensorData lowSamples = SampleFile.Load($"{Path}.0.samples");
        using TensorData highSamples = SampleFile.Load($"{Path}.1.samples");
        using TensorData pool = clients[1].Label(teacher, lowSamples, highSamples);
        using FederatedModel after = clients[1].TrainWith(pool);

        using FederatedDistillationResult whole = new FederatedDistillation(SmallProblem.HeapNetwork, new GaussianNoise(0.2), _options).Run([_low, _high]);
        Some.Weights(low.Module).Should().Equal(Some.Weights(whole.Clients[0].Before.Module));
        Some.Weights(after.Module).Should().Equal(Some.Weights(whole.Clients[1].After.Module));
    }

    [Fact]
    public void Model_is_the_same_after_a_round_trip()
    {
        using FederatedModel model = New(0, _low).Train();
        model.Save(Path);
        model.Save(Path);

        using FederatedModel read = FederatedModel.Load(Path, SmallProblem.HeapNetwork);

        Some.Weights(read.Module).Should().Equal(Some.Weights(model.Module));
        read.SamplesOfClass.Should().BeEquivalentTo(model.SamplesOfClass);
        read.Module.training.Should().BeFalse();
        read.AsMember().Weight.Should().Be(30);
        _folder.GetFiles().Should().ContainSingle("nothing is left beside the file");
    }

    [Fact]
    public void Buffers_of_a_model_are_kept()
    {
        static Module<Tensor, Tensor> Make() => Sequential(("in", Linear(2, 4)), ("norm", BatchNorm1d(4)));
        using FederatedModel model = new FederatedClient(0, Make, _low, new GaussianNoise(0.2), _options).Train();
        model.Save(Path);

        using FederatedModel read = FederatedModel.Load(Path, Make);

        model.Module.state_dict().Should().Contain(pair => pair.Key == "norm.num_batches_tracked" && pair.Value.item<long>() == 30);
        foreach ((string name, Tensor tensor) in read.Module.state_dict())
        {
            Close.Numbers(tensor).Should().Equal(Close.Numbers(model.Module.state_dict()[name]), name);
        }
    }

    [Fact]
    public void Truncated_file_is_named_at_any_length()
    {
        using FederatedModel model = New(0, _low).Train();
        model.Save(Path);
        byte[] whole = File.ReadAllBytes(Path);

        for (int length = 0; length < whole.Length; length += 37)
        {
            File.WriteAllBytes(Path, whole[..length]);
            RefusesModel().Should().Throw<InvalidDataException>($"{length} bytes are not all").WithMessage($"'{Path}'*");
        }
    }

    [Fact]
    public void Damaged_byte_anywhere_is_found()
    {
        using FederatedModel model = New(0, _low).Train();
        model.Save(Path);
        byte[] whole = File.ReadAllBytes(Path);

        foreach (int at in new[] { 3, 8, whole.Length / 2, whole.Length - 1 })
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x40;
            File.WriteAllBytes(Path, damaged);
            RefusesModel().Should().Throw<InvalidDataException>($"byte {at} is another").WithMessage($"'{Path}'*");
        }
    }

    [Fact]
    public void Model_of_another_kind_is_refused_with_what_differs()
    {
        using FederatedModel model = New(0, _low).Train();
        model.Save(Path);

        Action wider = () => FederatedModel.Load(Path, () => Sequential(("in", Linear(2, 16)), ("act", ReLU()), ("out", Linear(16, 5))));
        Action deeper = () =>
            FederatedModel.Load(Path, () => Sequential(("in", Linear(2, 16)), ("act", ReLU()), ("out", Linear(16, 4)), ("more", Linear(4, 4))));

        wider.Should().Throw<InvalidDataException>().WithMessage("*'out.weight' is ?4, 16? Float32 in the file and ?5, 16? Float32 in the model*");
        deeper.Should().Throw<InvalidDataException>().WithMessage("*'more.weight' is not there in the file*");
    }

    [Fact]
    public void Samples_are_no_model_and_a_model_is_no_samples()
    {
        using FederatedModel model = New(0, _low).Train();
        SampleFile.Save(_low, Path);
        RefusesModel().Should().Throw<InvalidDataException>().WithMessage($"'{Path}' is not the model of a client*");

        model.Save(Path);
        FluentActions.Invoking(() => SampleFile.Load(Path)).Should().Throw<InvalidDataException>().WithMessage($"'{Path}' does not hold samples*'in.weight'*");
    }

    [Fact]
    public void Models_alone_label_without_the_parents_and_with_samples_half_by_them()
    {
        ITeacher teacher = Teacher.From(inputs => torch.zeros(inputs.size(0), 4));
        using TensorData made = New(0, _low).Generate(classes: 4, count: 3);

        using TensorData alone = new FederatedClient(
            0, SmallProblem.HeapNetwork, _low, new GaussianNoise(0.2), _options with { Exchange = FederatedExchange.Models }).Label(teacher, made);
        using TensorData half = New(0, _low).Label(teacher, made);

        Close.Numbers(alone.Labels!).Should().OnlyContain(probability => probability == 0.25);
        Close.Numbers(half.Labels!).Order().TakeLast(3).Should().OnlyContain(probability => probability == 0.625);
    }

    private FederatedClient New(int number, IDataSource samples) => new(number, SmallProblem.HeapNetwork, samples, new GaussianNoise(0.2), _options);

    private Action RefusesModel() => () => FederatedModel.Load(Path, SmallProblem.HeapNetwork).Dispose();
}
