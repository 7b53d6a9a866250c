using Distillation.Losses;
using Distillation.Serialization;
using Distillation.Tests;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Compression.Tests.Docs;

/// <summary>The pieces of C# in the page on building students, and in the readme of the package.</summary>
public sealed class CompressionSnippetTests : IDisposable
{
    private readonly string _before = Directory.GetCurrentDirectory();
    private readonly string _directory = Directory.CreateTempSubdirectory("distillation-").FullName;
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly TensorData _data = new(Some.Images(samples: 24).Inputs.to(torch.ScalarType.Float32), Some.Labels(samples: 24));

    public CompressionSnippetTests() => Directory.SetCurrentDirectory(_directory);

    public void Dispose()
    {
        _scope.Dispose();
        Directory.SetCurrentDirectory(_before);
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Network_is_pruned_distilled_saved_and_loaded()
    {
        TensorData train = _data;
        Tensor images = train.Inputs;

        using Module<Tensor, Tensor> big = Network(), small = Network();
        // ... the big one is trained, or its weights are loaded ...
        small.load_state_dict(big.state_dict());

        CompressionReport report = StudentBuilder.PruneChannels(
            small, images, new() { Keep = 0.5, ChannelMultiple = 4, Importance = ChannelImportance.OfOutputs(train) });
        Console.WriteLine(report.Describe());

        new DistillationTrainer(Teacher.From(big), Student.From(small), new SoftTargetLoss(temperature: 4), new TrainerOptions { Epochs = 5 }).Fit(train);
        ModuleWeights.Save(small, "small.safetensors");

        using Module<Tensor, Tensor> loaded = Network();
        using (SafetensorsFile file = SafetensorsFile.Open("small.safetensors"))
        {
            StudentBuilder.MatchShapes(loaded, file);
        }

        ModuleWeights.Load(loaded, "small.safetensors");

        Some.Weights(loaded).Should().Equal(Some.Weights(small));
        report.Layers.Should().OnlyContain(layer => layer.After == layer.Before / 2);
    }

    [Fact]
    public void Layers_become_two_thin_ones()
    {
        TensorData train = Some.Data(samples: 24, features: 784);
        Tensor images = train.Inputs;
        Sequential network = Sequential(("flat", Flatten()), ("hidden", Linear(784, 128)), ("act", ReLU()), ("output", Linear(128, 3)));
        using CompressedNetwork thin = StudentBuilder.Factorize(network, images, new LowRankOptions { Energy = 0.9, Data = train, Excluded = ["output"] });
        Console.WriteLine(thin.Report.Describe());

        thin.Report.Layers.Should().ContainSingle().Which.Path.Should().Be("hidden");
    }

    [Fact]
    public void Layers_and_weights_are_taken_from_a_deeper_network()
    {
        Sequential deep = Sequential([.. Enumerable.Range(0, 6).Select(number => ($"layer{number}", (Module<Tensor, Tensor>)Linear(8, 8)))]);
        using Sequential narrow = Sequential(("layer0", Linear(4, 4)), ("layer2", Linear(4, 4)));

        using Sequential half = StudentBuilder.KeepLayers(deep, 0, 1, 3, 5);
        IReadOnlyList<string> unset = StudentBuilder.SelectWeights(narrow, half);

        unset.Should().Equal("layer2.weight", "layer2.bias");
    }

    private static Module<Tensor, Tensor> Network() => Sequential(
        ("conv", Conv2d(1, 16, 3, padding: 1)), ("norm", BatchNorm2d(16)), ("act", ReLU()), ("pool", AdaptiveAvgPool2d(1)), ("flat", Flatten()),
        ("hidden", Linear(16, 16)), ("act2", ReLU()), ("output", Linear(16, 3)));
}
