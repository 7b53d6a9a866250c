using System.Runtime.CompilerServices;
using Distillation.Serialization;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Serialization;

public sealed partial class ModuleWeightsTests : IDisposable
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
        report.Loaded.Should().BeEquivalentTo(
            "in.weight", "in.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var", "norm.num_batches_tracked");
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

    [Fact]
    public void Weights_of_before_batches_were_counted_fit()
    {
        Sequential saved = WithBuffers(seed: 1);
        Safetensors.Write(Path, saved.state_dict().Where(pair => pair.Key != "norm.num_batches_tracked").ToDictionary());
        Sequential other = WithBuffers(seed: 2);
        other.call(Some.Inputs(8, 6));

        ModuleWeights.Load(other, Path).IsComplete.Should().BeTrue();

        State(other)["norm.num_batches_tracked"].Should().Equal(1);
        State(other)["norm.running_mean"].Should().Equal(State(saved)["norm.running_mean"]);
    }

    [Fact]
    public void Counter_without_the_statistics_of_its_layer_is_missing()
    {
        Safetensors.Write(Path, WithBuffers(seed: 1).state_dict().Where(pair => !pair.Key.StartsWith("norm.", StringComparison.Ordinal)).ToDictionary());

        Refused(WithBuffers(seed: 2)).Should().Contain("norm.num_batches_tracked");
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
    public void Smaller_tensor_is_not_spread_over_a_larger_one()
    {
        Safetensors.Write(Path, new Dictionary<string, Tensor> { ["weight"] = torch.ones(1, 3) });

        Refused(Linear(3, 2, hasBias: false)).Should().Contain("weight is [1, 3] F32 in the file and [2, 3] Float32 in the module");
    }

    [Fact]
    public void Names_are_translated_and_left_out()
    {
        Sequential saved = Some.Mlp(seed: 1);
        Safetensors.Write(
            Path, saved.state_dict().ToDictionary(pair => $"model.{pair.Key}", pair => pair.Value).Append(new("step", torch.tensor(7L))).ToDictionary());
        Sequential other = Some.Mlp(seed: 2);

        WeightsReport report = ModuleWeights.Load(other, Path, new WeightsOptions { Rename = name => name == "step" ? null : name["model.".Length..] });

        report.Loaded.Should().BeEquivalentTo(other.state_dict().Keys);
        State(other).Should().BeEquivalentTo(State(saved));
    }

    [Fact]
    public void Directory_that_is_not_there_is_made()
    {
        string path = System.IO.Path.Combine(_folder.FullName, "new", "one", "weights");

        ModuleWeights.Save(Some.Mlp(seed: 1), path);

        ModuleWeights.Load(Some.Mlp(seed: 2), path).IsComplete.Should().BeTrue();
    }

    [Fact]
    public void One_name_for_two_tensors_is_refused()
    {
        ModuleWeights.Save(Some.Mlp(seed: 1), Path);
        Sequential other = Some.Mlp(seed: 2);

        Action load = () => ModuleWeights.Load(other, Path, new WeightsOptions { Rename = _ => "in.weight" });

        load.Should().Throw<ArgumentException>()
            .WithMessage("Rename must give each tensor another name, but calls both 'in.bias' and 'in.weight' 'in.weight'*");
    }

    [Fact]
    public void Tensor_under_two_names_is_loaded_from_either()
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
    public void Script_module_is_loaded()
    {
        string script = System.IO.Path.Combine(AppContext.BaseDirectory, "Models", "Fixtures", "mlp.pt");
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

    // The text in the message is, letter by letter, the expression that the test itself passes.
    private void Suggests(Sequential saved, Func<Sequential> network, Func<string, string?> rename, [CallerArgumentExpression(nameof(rename))] string code = "")
    {
        Sequential other = network();

        Refused(other).Should().Contain($"All would fit with new WeightsOptions {{ Rename = {code} }}.");

        ModuleWeights.Load(other, Path, new WeightsOptions { Rename = rename }).IsComplete.Should().BeTrue();
        State(other).Values.Should().BeEquivalentTo(State(saved).Values);
    }

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
