using System.Globalization;
using System.Runtime.CompilerServices;
using Distillation.Serialization;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Tests.Serialization;

public sealed partial class ModuleWeightsTests
{
    [Fact]
    public void Prefix_of_the_file_suggests_how_to_rename()
    {
        Suggests("module.{0}", Networks.Plain, name => name.StartsWith("module.", StringComparison.Ordinal) ? name[7..] : null);
        Suggests("state_dict._orig_mod.{0}", Networks.Plain, name => name.StartsWith("state_dict._orig_mod.", StringComparison.Ordinal) ? name[21..] : null);
        Suggests("a \"b\".{0}", Networks.Plain, name => name.StartsWith("a \"b\".", StringComparison.Ordinal) ? name[6..] : null);
    }

    [Fact]
    public void Prefix_of_the_module_suggests_how_to_rename()
    {
        Suggests("{0}", Networks.Wrapped, name => "inner." + name);
        Suggests("net.{0}", Networks.Wrapped, name => name.StartsWith("net.", StringComparison.Ordinal) ? "inner." + name[4..] : null);
    }

    [Fact]
    public void Piece_within_some_names_suggests_how_to_rename()
    {
        Sequential saved = Networks.Plain();
        Safetensors.Write(
            Path, saved.state_dict().ToDictionary(pair => pair.Key.Replace("norm.", "norm._orig_mod.", StringComparison.Ordinal), pair => pair.Value));

        Suggests(saved, Networks.Plain, name => name.Replace("_orig_mod.", "", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_prefix_that_fits_is_suggested()
    {
        Sequential saved = Networks.Plain();
        Safetensors.Write(Path, new[] { "model.", "ema." }
            .SelectMany(prefix => saved.state_dict().Select(pair => KeyValuePair.Create(prefix + pair.Key, pair.Value)))
            .ToDictionary());

        Refused(Networks.Plain()).Should().Contain("StartsWith(\"model.\"").And.Contain("StartsWith(\"ema.\"");
    }

    [Fact]
    public void Nothing_is_suggested_where_no_renaming_fits()
    {
        Sequential saved = Networks.Plain();
        Safetensors.Write(Path, saved.state_dict().Where(pair => pair.Key != "in.bias").ToDictionary(pair => $"module.{pair.Key}", pair => pair.Value));

        Refused(Networks.Plain()).Should().NotContain("All would fit").And.Contain("Rename what is called otherwise");
    }

    private void Suggests(string format, Func<Sequential> network, Func<string, string?> rename, [CallerArgumentExpression(nameof(rename))] string code = "")
    {
        Sequential saved = Networks.Plain();
        Dictionary<string, Tensor> weights = saved.state_dict()
            .ToDictionary(pair => string.Format(CultureInfo.InvariantCulture, format, pair.Key), pair => pair.Value);
        if (format != "{0}")
        {
            weights["optimizer.state.0.exp_avg"] = torch.ones(2);
        }

        Safetensors.Write(Path, weights);
        Suggests(saved, network, rename, code);
    }

    private static class Networks
    {
        public static Sequential Plain() => WithBuffers(seed: 3);

        public static Sequential Wrapped() => Sequential(("inner", WithBuffers(seed: 4)));
    }
}
