using System.Globalization;
using Distillation.Mpi.Worker;

torch.set_num_threads(1);
return args[0] switch
{
    "compare" => CompareCommand.Run(),
    "compress" => CompressCommand.Run(args.ElementAtOrDefault(1)),
    "share" => ShareCommand.Run(args.ElementAtOrDefault(1)),
    "train" => TrainCommand.Run(directory: args[1], dropout: double.Parse(args[2], CultureInfo.InvariantCulture), Fault.Of(args.ElementAtOrDefault(3))),
    "leave" => LeaveCommand.Run(),
    "signal" => SignalCommand.Run(args.ElementAtOrDefault(1)),
    _ => throw new ArgumentException($"The command must be compare, compress, share, train, leave or signal, but is '{args[0]}'."),
};
