using UDPack.Tool;

return await UdpackCommand.Create().Parse(args).InvokeAsync().ConfigureAwait(false);
