using static TorchSharp.torch.nn;

namespace Distillation.Tests;

/// <summary>The networks that come with TorchSharp: they open scopes of their own, compute in place, and nest.</summary>
public sealed class TorchVisionLayersTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<string, int> Networks => new()
    {
        { "alexnet", 64 }, { "googlenet", 32 }, { "inception_v3", 75 }, { "mobilenet_v2", 32 }, { "mobilenet_v3_small", 32 }, { "mobilenet_v3_large", 32 },
        { "resnet18", 32 }, { "resnet34", 32 }, { "resnet50", 32 }, { "vgg11", 32 }, { "vgg16_bn", 32 },
    };

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_layer_that_is_listed_is_read_as_it_was(string name, int size)
    {
        torch.manual_seed(1);
        using Module<Tensor, Tensor> network = Make(name);
        using IStudent student = Student.From(network);
        var batch = new Batch(torch.randn(2, 3, size, size), null, torch.arange(2, torch.ScalarType.Int64));
        (Feature[] never, Feature[] layers) = Split(student.AvailableFeatures!);

        network.train();
        ModelOutput trained = student.Forward(batch, FeatureSet.Of(layers));
        network.eval();
        using var noGradient = torch.no_grad();
        Dictionary<Feature, Tensor> inputs = [];
        (string Path, Module<Tensor, Tensor> Layer)[] leaves =
        [
            .. network.named_modules().Where(layer => !layer.module.named_children().Any()).Select(layer => (layer.name, (Module<Tensor, Tensor>)layer.module)),
        ];
        Action[] removals = [.. leaves.Select(leaf => (Action)leaf.Layer.register_forward_pre_hook((_, input) =>
        {
            inputs[leaf.Path] = input.clone().DetachFromDisposeScope();
            return input;
        }).remove)];
        ModelOutput output = student.Forward(batch, FeatureSet.Of(layers));
        Array.ForEach(removals, remove => remove());

        trained.Features.Should().BeEquivalentTo(layers);
        foreach (Feature layer in layers)
        {
            trained[layer].isfinite().all().item<bool>().Should().BeTrue();
            trained[layer].shape.Should().Equal(output[layer].shape);
        }

        foreach ((string path, Module<Tensor, Tensor> leaf) in leaves.Where(leaf => inputs.ContainsKey(leaf.Path)))
        {
            using Tensor input = inputs[path];
            using Tensor again = leaf.forward(input);
            again.eq(output[path]).all().item<bool>().Should().BeTrue(path);
        }

        Action readThoseThatNeverRun = () => student.Forward(batch, FeatureSet.Of(never));
        if (never.Length > 0)
        {
            readThoseThatNeverRun.Should().Throw<InvalidOperationException>()
                .WithMessage("Layer 'AuxLogits* of InceptionV3 did not show its output: it does not run in evaluation mode*");
        }
    }

    // The second head of Inception is there for its weights: TorchSharp never runs it.
    private static (Feature[] Never, Feature[] Layers) Split(IEnumerable<Feature> layers)
    {
        ILookup<bool, Feature> split = layers.ToLookup(layer => layer.Path.StartsWith("AuxLogits", StringComparison.Ordinal));
        return ([.. split[true]], [.. split[false]]);
    }

    private static Module<Tensor, Tensor> Make(string name)
    {
        System.Reflection.MethodInfo make = typeof(torchvision.models).GetMethod(name)!;
        return (Module<Tensor, Tensor>)make.Invoke(
            null, [.. make.GetParameters().Select(parameter => parameter.Name == "num_classes" ? 10 : parameter.DefaultValue)])!;
    }
}
