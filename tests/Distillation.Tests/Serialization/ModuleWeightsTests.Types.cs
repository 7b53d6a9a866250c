using Distillation.Serialization;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Serialization;

public sealed partial class ModuleWeightsTests
{
    [Theory]
    [InlineData(torch.ScalarType.Float16)]
    [InlineData(torch.ScalarType.BFloat16)]
    [InlineData(torch.ScalarType.Float64)]
    public void Other_widths_become_the_type_of_the_module(torch.ScalarType type)
    {
        Sequential saved = Some.Mlp(seed: 1, dtype: type);
        ModuleWeights.Save(saved, Path);
        Sequential other = Some.Mlp(seed: 2);

        ModuleWeights.Load(other, Path);

        other.parameters().Should().AllSatisfy(parameter => parameter.dtype.Should().Be(torch.ScalarType.Float32));
        Some.Weights(other).Should().Equal(Some.Weights(saved).Select(value => (double)(float)value));
    }

    [Fact]
    public void Other_widths_are_refused_where_types_are_not_converted()
    {
        ModuleWeights.Save(Some.Mlp(seed: 1, dtype: torch.ScalarType.Float64), Path);

        Refused(Some.Mlp(seed: 2), new WeightsOptions { ConvertTypes = false })
            .Should().Contain("in.weight is [5, 6] F64 in the file and [5, 6] Float32 in the module");
    }

    [Theory]
    [InlineData(torch.ScalarType.Int32, true)]
    [InlineData(torch.ScalarType.Int16, true)]
    [InlineData(torch.ScalarType.Byte, true)]
    [InlineData(torch.ScalarType.Float32, false)]
    [InlineData(torch.ScalarType.Bool, false)]
    public void Integers_become_wider_ones_and_nothing_else_becomes_an_integer(torch.ScalarType type, bool fits)
    {
        Sequential network = WithBuffers(seed: 1);
        Dictionary<string, Tensor> weights = network.state_dict();
        weights["norm.num_batches_tracked"] = torch.ones([], torch.ScalarType.Int64).to(type);
        Safetensors.Write(Path, weights);

        WeightsReport report = ModuleWeights.Load(network, Path, new WeightsOptions { Strict = false });

        report.IsComplete.Should().Be(fits);
        State(network)["norm.num_batches_tracked"].Should().Equal(fits ? 1 : 0);
        ModuleWeights.Load(network, Path, new WeightsOptions { Strict = false, ConvertTypes = false }).IsComplete.Should().BeFalse();
    }

    [Fact]
    public void Numbers_that_are_not_floating_point_become_none()
    {
        Safetensors.Write(Path, new Dictionary<string, Tensor> { ["weight"] = torch.ones([2, 3], torch.ScalarType.Int64) });

        Refused(Linear(3, 2, hasBias: false)).Should().Contain("weight is [2, 3] I64 in the file and [2, 3] Float32 in the module");
    }
}
