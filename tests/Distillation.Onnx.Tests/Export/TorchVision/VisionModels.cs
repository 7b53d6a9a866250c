using System.Reflection;
using TorchSharp.Modules;

namespace Distillation.Onnx.Tests.Export.TorchVision;

/// <summary>Models of TorchVision with random weights, in evaluation mode; of five classes where the number can be set.</summary>
internal static class VisionModels
{
    /// <summary>Makes a model by the name of its function; settings that are not given are the defaults.</summary>
    public static torch.nn.Module<Tensor, Tensor> Make(string name, params (string Name, object Value)[] settings)
    {
        torch.manual_seed(1);
        MethodInfo make = typeof(torchvision.models).GetMethod(name)!;
        var given = settings.Append(("num_classes", 5)).ToDictionary(setting => setting.Item1, setting => setting.Item2);
        object?[] arguments = [.. make.GetParameters().Select(parameter => given.GetValueOrDefault(parameter.Name!, parameter.DefaultValue!))];
        var model = (torch.nn.Module<Tensor, Tensor>)make.Invoke(null, arguments)!;
        Narrow(model);
        Scatter(model);
        model.eval();
        return model;
    }

    /// <summary>Gives batch normalizations what a training leaves there: each channel another mean, variance, factor and bias.</summary>
    public static void Scatter(torch.nn.Module model)
    {
        using var noGradient = torch.no_grad();
        foreach (BatchNorm2d norm in model.modules().OfType<BatchNorm2d>())
        {
            norm.running_mean!.uniform_(-0.5, 0.5);
            norm.running_var!.uniform_(0.5, 2);
            norm.weight!.uniform_(0.5, 1.5);
            norm.bias!.uniform_(-0.5, 0.5);
        }
    }

    // The layers of 4096 of AlexNet and VGG are half a gigabyte.
    private static void Narrow(torch.nn.Module model)
    {
        const int width = 16;
        using var noGradient = torch.no_grad();
        foreach (Linear layer in model.modules().OfType<Linear>().Where(layer => int.Max((int)layer.in_features, (int)layer.out_features) >= 4096))
        {
            long rows = layer.out_features == 4096 ? width : layer.out_features;
            long columns = layer.in_features == 4096 ? width : layer.in_features;
            (Parameter weight, Parameter bias) = (layer.weight, layer.bias!);
            layer.weight = new Parameter(torch.randn(rows, columns) / Math.Sqrt(columns));
            layer.bias = new Parameter(torch.randn(rows));
            weight.Dispose();
            bias.Dispose();
        }
    }
}
