Console.WriteLine("udpack");
