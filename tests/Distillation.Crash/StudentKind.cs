namespace Distillation.Crash;

/// <summary>Where a student that trains beside garbage collections meets TorchSharp's own use of numbers.</summary>
internal enum StudentKind
{
    /// <summary>Nowhere: linear layers, and the library's optimizer.</summary>
    Plain,

    /// <summary>In batch normalization and dropout.</summary>
    Layers,

    /// <summary>In TorchSharp's AdamW.</summary>
    Optimizer,

    /// <summary>In operators of the application's own code.</summary>
    Operators,

    /// <summary>In all of these.</summary>
    Everything,
}
