using Distillation.Serialization;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Serialization;

public sealed class ModuleWeightsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Path => System.IO.Path.Combine(_folder.FullName, "weights");

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Parameters_and_buffers_are_the_same_after_a_round_trip()
    {
        Sequential saved = WithBuffers(seed: 1);
        saved.call(Some.Inputs(8, 6)); // moves the buffers
        ModuleWeights.Save(saved, Path, new Dictionary<string, string> { ["by"] = "test" });
        Sequential other = WithBuffers(seed: 2);

        WeightsReport report = ModuleWeights.Load(other, Path);

        report.IsComplete.Should().BeTrue();
        report.Loaded.Should().BeEquivalentTo("in.weight", "in.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked");
        State(other).Should().BeEquivalentTo(State(saved));
        State(other)["norm.num_batches_tracked"].Should().Equal(1);
        using SafetensorsFile file = SafetensorsFile.Open(Path);
        file.Metadata.Should().Contain("by", "test");
    }

    [Fact]
    public void Tensors_of_the_module_stay_the_same_objects_and_learn_on()
    {
        Sequential saved = Some.Mlp(seed: 1);
        ModuleWeights.Save(saved, Path);
        Sequential other = Some.Mlp(seed: 2);
        Parameter weight = other.parameters().First();

        ModuleWeights.Load(other, Path);

        other.parameters().First().Should().BeSameAs(weight);
        weight.requires_grad.Should().BeTrue();
        weight.is_leaf.Should().BeTrue();
        other.call(Some.Inputs()).sum().backward();
        weight.grad.Should().NotBeNull();
    }

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

        Refused(Some.Mlp(seed: 2), new WeightsOptions { ConvertTypes = false }).Should().Contain("in.weight is [5, 6] F64 in the file and [5, 6] Float32 in the module");
    }

    [Fact]
    public void Numbers_that_are_not_floating_point_are_never_converted()
    {
        Safetensors.Write(Path, new Dictionary<string, Tensor> { ["weight"] = torch.ones([2, 3], torch.ScalarType.Int64) });

        Refused(Linear(3, 2, hasBias: false)).Should().Contain("weight is [2, 3] I64 in the file and [2, 3] Float32 in the module");
    }

    [Fact]
    public void What_does_not_fit_is_named_and_no_weight_changes()
    {
        ModuleWeights.Save(Sequential(("in", Linear(6, 5)), ("more", Linear(5, 5)), ("out", Linear(5, 4, hasBias: false))), Path);

        string message = Refused(Some.Mlp(seed: 2));

        message.Should().Contain($"'{Path}'").And.Contain("Missing in the file: out.bias.").And.Contain("Not in the module: more.bias, more.weight.")
            .And.Contain("out.weight is [4, 5] F32 in the file and [3, 5] Float32 in the module");
    }

    [Fact]
    public void What_fits_is_loaded_and_the_rest_reported_where_it_need_not_be_strict()
    {
        Sequential saved = Sequential(("in", Linear(6, 5)), ("more", Linear(5, 5)), ("out", Linear(5, 4, hasBias: false)));
        ModuleWeights.Save(saved, Path);
        Sequential other = Some.Mlp(seed: 2);
        Dictionary<string, double[]> before = State(other);

        WeightsReport report = ModuleWeights.Load(other, Path, new WeightsOptions { Strict = false });

        report.IsComplete.Should().BeFalse();
        report.ToString().Should().StartWith("2 tensors are loaded. Missing in the file: out.bias. Not in the module:");
        report.Loaded.Should().BeEquivalentTo("in.weight", "in.bias");
        report.Missing.Should().Equal("out.bias");
        report.Unexpected.Should().BeEquivalentTo("more.weight", "more.bias");
        report.Mismatched.Should().ContainSingle().Which.Shape.Should().Equal(3, 5);
        report.Mismatched[0].InFile.Shape.Should().Equal(4, 5);
        State(other)["in.weight"].Should().Equal(State(saved)["in.weight"]);
        State(other)["out.weight"].Should().Equal(before["out.weight"]);
        State(other)["out.bias"].Should().Equal(before["out.bias"]);
    }

    [Fact]
    public void A_smaller_tensor_is_not_spread_over_a_larger_one()
    {
        Safetensors.Write(Path, new Dictionary<string, Tensor> { ["weight"] = torch.ones(1, 3) });

        Refused(Linear(3, 2, hasBias: false)).Should().Contain("weight is [1, 3] F32 in the file and [2, 3] Float32 in the module");
    }

    [Fact]
    public void Names_are_translated_and_left_out()
    {
        Sequential saved = Some.Mlp(seed: 1);
        Safetensors.Write(Path, saved.state_dict().ToDictionary(pair => $"model.{pair.Key}", pair => pair.Value).Append(new("step", torch.tensor(7L))).ToDictionary());
        Sequential other = Some.Mlp(seed: 2);

        WeightsReport report = ModuleWeights.Load(other, Path, new WeightsOptions { Rename = name => name == "step" ? null : name["model.".Length..] });

        report.Loaded.Should().BeEquivalentTo(other.state_dict().Keys);
        State(other).Should().BeEquivalentTo(State(saved));
    }

    [Fact]
    public void One_name_for_two_tensors_is_refused()
    {
        ModuleWeights.Save(Some.Mlp(seed: 1), Path);
        Sequential other = Some.Mlp(seed: 2);

        Action load = () => ModuleWeights.Load(other, Path, new WeightsOptions { Rename = _ => "in.weight" });

        load.Should().Throw<ArgumentException>().WithMessage("Rename must give each tensor another name, but calls both 'in.bias' and 'in.weight' 'in.weight'*");
    }

    [Fact]
    public void A_tensor_under_two_names_is_loaded_from_either()
    {
        var saved = new Tied(seed: 1);
        ModuleWeights.Save(saved, Path);
        var both = new Tied(seed: 2);
        var one = new Tied(seed: 3);

        ModuleWeights.Load(both, Path);
        Safetensors.Write(Path, saved.state_dict().Where(pair => pair.Key != "first.weight").ToDictionary());
        WeightsReport report = ModuleWeights.Load(one, Path);

        State(both).Should().BeEquivalentTo(State(saved));
        State(one).Should().BeEquivalentTo(State(saved));
        report.Missing.Should().BeEmpty();
        one.state_dict()["first.weight"].Should().BeSameAs(one.state_dict()["second.weight"]);
    }

    [Fact]
    public void A_script_module_is_loaded()
    {
        string script = System.IO.Path.Combine(AppContext.BaseDirectory, "Teachers", "Fixtures", "mlp.pt");
        using var saved = torch.jit.load<Tensor, Tensor>(script);
        using var other = torch.jit.load<Tensor, Tensor>(script);
        ModuleWeights.Save(saved, Path);
        using (torch.no_grad())
        {
            other.parameters().First().zero_();
        }

        ModuleWeights.Load(other, Path).Loaded.Should().HaveCount(4);

        Some.Weights(other).Should().Equal(Some.Weights(saved));
    }

    [Fact]
    public void Saving_loading_and_refusing_leave_no_tensor()
    {
        Sequential saved = Some.Mlp(seed: 1);
        Sequential wider = Some.Mlp(hidden: 7);

        Leak.None(() =>
        {
            ModuleWeights.Save(saved, Path);
            ModuleWeights.Load(saved, Path);
            Refused(wider);
        });
    }

    private static Sequential WithBuffers(int seed)
    {
        torch.manual_seed(seed);
        return Sequential(("in", Linear(6, 4)), ("norm", BatchNorm1d(4)));
    }

    private static Dictionary<string, double[]> State(Module module) => module.state_dict().ToDictionary(pair => pair.Key, pair => Close.Numbers(pair.Value));

    private string Refused(Module module, WeightsOptions? options = null)
    {
        Dictionary<string, double[]> before = State(module);
        Action load = () => ModuleWeights.Load(module, Path, options);
        string message = load.Should().Throw<InvalidDataException>().Which.Message;
        State(module).Should().BeEquivalentTo(before);
        return message;
    }

    private sealed class Tied : Module<Tensor, Tensor>
    {
        private readonly Linear _first;
        private readonly Linear _second;

        public Tied(int seed)
            : base(nameof(Tied))
        {
            torch.manual_seed(seed);
            (_first, _second) = (Linear(3, 3), Linear(3, 3));
            _second.weight = _first.weight;
            register_module("first", _first);
            register_module("second", _second);
        }

        public override Tensor forward(Tensor input) => _second.call(_first.call(input));
    }
}
