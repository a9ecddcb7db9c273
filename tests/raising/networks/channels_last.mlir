#map = affine_map<(d0, d1, d2, d3) -> (d3)>
#map1 = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>
#map2 = affine_map<(d0, d1, d2, d3) -> (0, d1, d2, d3)>
#map3 = affine_map<(d0, d1) -> (d1)>
#map4 = affine_map<(d0, d1) -> (d0, d1)>
module {
  func.func @main(%arg0: tensor<1x16x16x3xf32>) -> tensor<1x10xf32> {
    %cst = arith.constant 1.600000e+01 : f32
    %c2 = arith.constant 2 : index
    %cst_0 = arith.constant dense<[-0.368066192, 0.315564543, -0.0147109609, 0.206313685, -0.146141455, -0.317498684, -0.0453365669, -0.00249806512, -0.352927744, 0.213297725]> : tensor<10xf32>
    %cst_1 = arith.constant dense<"0xB8D10BBE3730A13D8D161BBE99B812BEE4941BBE3BE812BF1C10D83C5BC5A1BEEAAFDBBC9498B93E476005BE1DC10ABE9594AE3EB2DA0B3EAEFD793EBCE8B5BD62823F3EBFA82FBE730E2DBE77A3183EFC2E19BEE161443E5C11193FD9D3D7BE779040BEF3608F3E5F8F14BD989E943EC94981BEF2A5A93D6F2B1ABD58BD0F3D0A88A93D2B299CBE567D89BE6D1AB33E1C20963D1BCCD93CB28734BCBD8CB63DBCF593BE41C07FBE20FAA63EE4E71A3D51AD593ECC0C1BBE8A38B03E55C8B03DDA65F63D87790C3ECC084CBEF1CFEEBE229389BEF9B4D03ED07CA63EAD9FB1BD52759ABD80AF843EA3732CBD264EA6BE51FDA13EC050F43DB60B21BF745AA0BD481E133DFC65F63D85CD1B3DF9BF22BE1413EDBC11F0963DD53789BDC569BEBD4944A03EE25472BEE0ECB2BD500002BF027D0A3E2409543EA2690C3E96EC6A3E50A4E13D2D5EAF3D31A9F23DA7DC88BD211B983E0A78B2BD592EBBBE6B8B593ED4E3EC3E77CC75BEFB23D0BC21792FBECFDBC2BDFCCB3C3C94F39EBE9F288EBDD2A4BBBE5E7711BE21D197BE4D8F87BE0826DCBED0139C3EB251023E766FF5BEB1C918BEDDA12BBEB7E130BE7B33B9BE6C1F413EA8AECABD37B1EF3D77D9063E980EB03EBC4DE8BE848ADE3E8A68A23E74B4123EC68C183FE9E5513D714C523EB3083DBEA032913E92DA2B3DB503E7BDEF7B073FB40E9CBD1A2F113BC2034ABDA67341BE7801083E69083D3E5170B53DB71317BF0C06813E7152B3BD7CB09BBE9F701A3EE616103E708385BE633C1E3F0BD59ABE08D3DDBEE4BB93BEC5DCB53EC91334BD377EBEBD18997EBCB0BB18BE1AB530BEB32624BE933C353E4C9E823E460D87BE2DF8743DF3C7493ED9768ABE34A800BE49DF84BE6C40A5BE7B9DD03C"> : tensor<10x16xf32>
    %c3 = arith.constant 3 : index
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %cst_2 = arith.constant -3.40282347E+38 : f32
    %cst_3 = arith.constant dense<"0x58CC4BBEA874F9BD9C9979BE72D41EBEDE9C80BE8824BC3DFB7D4B3E03FDF5BD7C3D54BD8DBE14BE1400083E0363B63C550DCC3E6D388CBEED99B93DD752E33D9D8BB8BD7E62153E8321B8BE789A073F1DC8ABBE7D786B3EF3808FBE2350933E1A01C5BD9D39223DFB7E5A3CDBE48C3EDEA1A4BD57E63DBF369342BE151F3C3D0C85E1BDFB12453E3CF6813E7E5117BDB3ACBEBE532CB13E7FA18A3E952F99BD33EE063FCE9FB2BD248D91BE499D1FBD75F6893EF3FC6FBEBEC1F93EBE8265BE0555743EE3610B3E22C11DBDE84E8A3E68F9BFBEEAC4AD3EC66C82BC09DD0ABEDFC93F3EC5AA873E5011453EBEEFFF3E3B558A3EF249A43E86340ABE2329DA3CA01F103E2B5891BBEF6F9A3D672ADA3D5F20583E5218D0BCE218B3BD7F0C54BE924864BEE212963E9A19ADBC3075493E0510A6BEE415F8BE9F4886BEACC4923EC3B6883EF700AA3D065B4DBE21F105BD107498BD59A0B0BD736320BF10A15BBEE7AB42BD4E1AC23ED499243D4F50B33EF493C9BD666081BD209079BFA239ED3D760E0C3EDBC2E13EC438F9BDE5D3C03C7B9D34BE978F96BE3E8E36BEA6A3B0BDFE7EAD3E89F0103A25614ABE6C48113D07CB5E3D8B1D2DBE7B55923E6BB5F1BE71AB5ABDC5412A3EC251ABBE40F6B83D857DA53E9A47E83D2957D8BEFD6A3ABE1EBC9D3E66BF983D638721BB0BE5E13DAA96383EFA5D35BE52AF94BDF557123DD0400BBE86A708BDA920A63E0BC377BEE29CF63E5B8EF03EFC51DBBE3F6810BD4575AF3D73C842BE74B73DBE1A1D73BDC63A3D3EC6E602BE1AD1E93E7977943DFE12D2BC5781B93EF753203E2813BD3D3B8BA9BDAE30E83E8AD34F3E104B50BDA9E1C9BE81F3BE3D136692BE1EA4DBBEF2EC8EBDFB1C903D5828A43E879D903D4C574E3EB9E99CBE6795B8BB8162FE3C2ABC5C3E38B1ED3C1ED84D3E341301BEDE45B73D5E69D43DA7F89FBE66C0333D8F06A4BD27B9F3BE245A753E8A45B9BD3C365ABEA92FC1BD61840D3D2E03C13E65EA29BD65DFF13D73D1AF3EC596083EB6C6883E1AF9F3BD7D63453E3E786DBC4F86893EA47480BE199147BECC65A23E3DCA48BDB1C9B7BD4ADE9E3CE88230BE0E7DAA3E90E49FBE5D361ABDCCA3B13D58E8D5BCB7624DBEC14E5EBE4CCDD93DC9E683BE2970253E4B17C3BE5F130EBEA0B5143C8446A0BE2FEA263EB6DE97BB109E84BEEE6AC2BE3C65C8BEF808513C021394BE60B4AEBE7EC66CBD92C2113FC5198E3DA64E433ED7D2593D8571483E54EAABBE116CDCBDC7CF853D49C692BBDF9944BDDB762ABECA4A84BDD43146BE50FF1ABFA7E598BEC888F33D554EC73E6523E83EC725C63CCAB4643E3E71683EE63731BE1856D9BE6707FD3BCD8FE1BED0CDA3BD90AD1B3ED6C4B5BE2A48043CEAB89E3E2A18B93DE0B6053E2420683EBCD1DD3EA70E1B3D49609D3E266B83BC"> : tensor<16x1x1x16xf32>
    %cst_4 = arith.constant 1.000000e+00 : f32
    %cst_5 = arith.constant dense<[-3.824370e-01, 0.405627191, 0.18228367, -0.197285622, 0.367123812, 0.683689296, -0.547248185, -0.301645935, 0.471310914, 0.359470278, 0.11334943, 0.581210613, -0.544105887, -0.739568889, -0.433253676, 0.0612720475]> : tensor<16xf32>
    %cst_6 = arith.constant dense<"0xDECD93BD8313493EF927143E9320B4BCAF968BBDE28214BE96E9CEBDA6BB59BE0403323EB51B6B3EC8A839BE9BA72EBECBB182BE92750EBE968FE5BEABD428BEAFAF3F3E295D4CBD329EFC3D788A90BD621D823ED98EEB3CA1D761BD53A0BC3E76D43FBDB57F34BEB8BDEE3C20ADB7BBC49A1D3E123808BE84E0ED3D4613FC3DDF5EC5BD9B05C13CB392F5BD705BAD3E6125D0BD29EE85BD5B881DBE14A14CBD22555EBA06F6E23D3E76B4BD5FA9DBBC085C51BE3695F4BD0FA8CB3EC1E5193ED7FDE6BD67AB45BE593110BE352E4DBB1A40A43B1509DCBD69283EBEDC3A523E0D85853D76725DBDD57402BDEE879CBDE9F9D8BE95C2883C6F3A1EBECB3214BE8243BDBD8878D83DA4012DBE3CFD53BE7524BD3D75FEDE3D65BB0DBE233FA63D406A2CBD3E20323D3E5F3ABED534F63DFCD7313E2B52BC3D120CA53D1C630BBF07161A3DEFB170BB5BDEADBCA566BABDB7ED023C85A5733D0DF41BBDCDF588BD79C2353E076023BE3742183EBF10D13C64C1EDBD72702BBD02FA07BE248DC73D8DAE4D3D3F97A4BDE2E822BE6760323DD1800D3E049A86BC3255773D4D4F5EBD1ACA1F3C5A352CBDF5D62D3D9B255FBEC46CBE3D08F007BDF102543D913149BD51663D3DCD861EBE4EC22F3E67C97BBEEA9919BECD530B3DE535583E1D6E243DAD9012BD76A152BE072BE2BCD3053CBB6EDE793EFDE6B73DA20062BEDAC7953E508869BD51FC01BE33FB593ED753EBBBFC3559BD0559013D7FC0F93D16D1123ED9414BBE80B0933E9EF20B3EAB2F60BDA3FFF1BDBE380FBE62E2913C488EBFBD"> : tensor<3x3x8x2xf32>
    %cst_7 = arith.constant 6.000000e+00 : f32
    %cst_8 = arith.constant dense<"0x5A38C63C2345D0BC2E6AFC3D6261A53CA620D3BDAE848E3D2A7D803EE4A33A3E30AF0ABE0E6079BEF1A7F5BD174E023C7A18E5BED7772CBDC18775BE9F4E10BE5683D6BDE95479BD393DA23D6C724D3E37A4CABCCBA4863ED41603BE1C8B8A3DBE0B323E1737943C448512BEB6A435BE3468B4BD0E932D3DDFF646BE54E324BDC006FBBCED2AD53DE635293DD9108C3D6AD900BEAF57CCBC477F1A3E8727933E661F78BE742C953E769D843EE0F8193EC376503D2B7577BD4EAA8F3E2927C13EE985B13E4195813E6CDB8C3D3C1F6EBE9BB560BAEC5E013E5EE57DBE87BB9B3DEF6CA93D1A2B093E525A69BEA76602BE0004ACBD158866BE3D63AB3E0875C3BDCCA8813D90D34BBDD1069C3EDE19823ED2A0F93D231FD9BE7C0D243CB8BB063E7FD9453E5F8AF3BDE887B33EA21B82BED95D02BEEF44383E99AC1A3CFD4DC53EE69A143DD390F9BDE2CF94BDED0757BE80CA7BBE1078F83D350FE53D061E7F3E96B514BE6E6FA63E6C8A62BD2A229B3EC793AABDDDF010BE53E6443D6F444B3EFFD6FD3C6FC7E6BD062884BE18198ABE5520C63DAA0A433E698201BD51B953BEA90C2C3E69537CBE07860CBE40C4F43D67B7DDBE6948983D233FE5BDF848AC3CD5B16EBC64521F3DB9CC083E7A7315BE03048C3E2B170F3E0246263EF78E653E8A351B3E7657263EB95A6E3C1C968CBECFE7D4BCBCA517BE67308CBE66BB4B3D3A16E0BD42F14ABE068B4DBE2D96533DBD5D8D3DC04E823E5C7F2FBB70504D3EE02B8A3E70A9623E5C10E9BEA622723E69DB853D3906A73D9450923DEBDB963D53C97B3D17768DBD6860BBBEABB5ABBCFB631EBEDADD543EA9A063BD699A833C506E27BE7041C9BDAE7511BB525C92BED2056D3D743AA7BC22AB69BEFD4EECBE9636CA3D07946ABD77E5D0BDA9273ABD46FCB23E0D071DBC488F883C258792BED451A23EEFCE343E7A42523E2751163CE7A4343E4434923D55AEF13DA3F0EFBC8E3A91BE54C14A3E01A9BEBEDF223DBD573821BDEA834DBEAEA7F13D3EEA1DBDB22FACBDA7E3CC3D7BD6BBBDC4DC883E90858A3DDAF3BABDBB93BFBED6DB80BE382E563E4E8F1FBC3A2E5FBDB9EAA13E30C57CBE72D4E6BDC143BABD0119E73D1CC302BE6AC5F1BD9A299EBE6ABB0F3E70DD1E3E11C2BBBDC3C1003D87BD7EBE9BF5B9BD90C6873E88FCD53C80A6E33E96211BBE47B6E43DCB1C1ABD9C02DF3D"> : tensor<8x3x3x3xf32>
    %cst_9 = arith.constant dense<[-0.00360567984, -0.280599058, -0.433808386, 1.53301835, -0.0386725292, -1.00833035, -0.324300289, 0.339019865]> : tensor<8xf32>
    %cst_10 = arith.constant 0.000000e+00 : f32
    %padded = tensor.pad %arg0 low[0, 0, 0, 0] high[0, 1, 1, 0] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst_10 : f32
    } : tensor<1x16x16x3xf32> to tensor<1x17x17x3xf32>
    %0 = tensor.empty() : tensor<3x3x3x8xf32>
    %transposed = linalg.transpose ins(%cst_8 : tensor<8x3x3x3xf32>) outs(%0 : tensor<3x3x3x8xf32>) permutation = [1, 2, 3, 0] 
    %1 = tensor.empty() : tensor<1x8x8x8xf32>
    %2 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_9 : tensor<8xf32>) outs(%1 : tensor<1x8x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x8x8x8xf32>
    %3 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>} ins(%padded, %transposed : tensor<1x17x17x3xf32>, tensor<3x3x3x8xf32>) outs(%2 : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
    %4 = tensor.empty() : tensor<1x8x8x8xf32>
    %5 = linalg.generic {indexing_maps = [#map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%3 : tensor<1x8x8x8xf32>) outs(%4 : tensor<1x8x8x8xf32>) {
    ^bb0(%in: f32, %out: f32):
      %41 = arith.minimumf %in, %cst_7 : f32
      %42 = arith.maximumf %41, %cst_10 : f32
      linalg.yield %42 : f32
    } -> tensor<1x8x8x8xf32>
    %padded_11 = tensor.pad %5 low[0, 1, 1, 0] high[0, 1, 1, 0] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst_10 : f32
    } : tensor<1x8x8x8xf32> to tensor<1x10x10x8xf32>
    %6 = tensor.empty() : tensor<1x8x8x8x2xf32>
    %7 = linalg.fill ins(%cst_10 : f32) outs(%6 : tensor<1x8x8x8x2xf32>) -> tensor<1x8x8x8x2xf32>
    %8 = tensor.empty() : tensor<1x8x8x16xf32>
    %9 = linalg.depthwise_conv_2d_nhwc_hwcm {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%padded_11, %cst_6 : tensor<1x10x10x8xf32>, tensor<3x3x8x2xf32>) outs(%7 : tensor<1x8x8x8x2xf32>) -> tensor<1x8x8x8x2xf32>
    %collapsed = tensor.collapse_shape %9 [[0], [1], [2], [3, 4]] : tensor<1x8x8x8x2xf32> into tensor<1x8x8x16xf32>
    %10 = linalg.generic {indexing_maps = [#map, #map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_5, %collapsed : tensor<16xf32>, tensor<1x8x8x16xf32>) outs(%8 : tensor<1x8x8x16xf32>) {
    ^bb0(%in: f32, %in_16: f32, %out: f32):
      %41 = arith.addf %in, %in_16 : f32
      linalg.yield %41 : f32
    } -> tensor<1x8x8x16xf32>
    %11 = tensor.empty() : tensor<1x8x8x16xf32>
    %12 = linalg.generic {indexing_maps = [#map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10 : tensor<1x8x8x16xf32>) outs(%11 : tensor<1x8x8x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %41 = arith.negf %in : f32
      %42 = math.exp %41 : f32
      %43 = arith.addf %42, %cst_4 : f32
      %44 = arith.divf %cst_4, %43 : f32
      linalg.yield %44 : f32
    } -> tensor<1x8x8x16xf32>
    %13 = tensor.empty() : tensor<1x8x8x16xf32>
    %14 = linalg.generic {indexing_maps = [#map2, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%10, %12 : tensor<1x8x8x16xf32>, tensor<1x8x8x16xf32>) outs(%13 : tensor<1x8x8x16xf32>) {
    ^bb0(%in: f32, %in_16: f32, %out: f32):
      %41 = arith.mulf %in, %in_16 : f32
      linalg.yield %41 : f32
    } -> tensor<1x8x8x16xf32>
    %15 = tensor.empty() : tensor<1x1x16x16xf32>
    %transposed_12 = linalg.transpose ins(%cst_3 : tensor<16x1x1x16xf32>) outs(%15 : tensor<1x1x16x16xf32>) permutation = [1, 2, 3, 0] 
    %16 = tensor.empty() : tensor<1x8x8x16xf32>
    %17 = linalg.generic {indexing_maps = [#map, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%cst_5 : tensor<16xf32>) outs(%16 : tensor<1x8x8x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x8x8x16xf32>
    %18 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>} ins(%14, %transposed_12 : tensor<1x8x8x16xf32>, tensor<1x1x16x16xf32>) outs(%17 : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
    %19 = tensor.empty() : tensor<1x8x8x16xf32>
    %20 = linalg.generic {indexing_maps = [#map2, #map2, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%18, %10 : tensor<1x8x8x16xf32>, tensor<1x8x8x16xf32>) outs(%19 : tensor<1x8x8x16xf32>) {
    ^bb0(%in: f32, %in_16: f32, %out: f32):
      %41 = arith.addf %in, %in_16 : f32
      linalg.yield %41 : f32
    } -> tensor<1x8x8x16xf32>
    %21 = tensor.empty() : tensor<1x4x4x16xf32>
    %22 = linalg.fill ins(%cst_2 : f32) outs(%21 : tensor<1x4x4x16xf32>) -> tensor<1x4x4x16xf32>
    %23 = tensor.empty() : tensor<2x2xf32>
    %24 = linalg.pooling_nhwc_max {dilations = dense<1> : vector<2xi64>, strides = dense<2> : vector<2xi64>} ins(%20, %23 : tensor<1x8x8x16xf32>, tensor<2x2xf32>) outs(%22 : tensor<1x4x4x16xf32>) -> tensor<1x4x4x16xf32>
    %padded_13 = tensor.pad %24 low[0, 1, 1, 0] high[0, 1, 1, 0] {
    ^bb0(%arg1: index, %arg2: index, %arg3: index, %arg4: index):
      tensor.yield %cst_10 : f32
    } : tensor<1x4x4x16xf32> to tensor<1x6x6x16xf32>
    %25 = tensor.empty() : tensor<1x4x4x16xf32>
    %26 = linalg.fill ins(%cst_10 : f32) outs(%25 : tensor<1x4x4x16xf32>) -> tensor<1x4x4x16xf32>
    %27 = tensor.empty() : tensor<3x3xf32>
    %28 = linalg.pooling_nhwc_sum {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>} ins(%padded_13, %27 : tensor<1x6x6x16xf32>, tensor<3x3xf32>) outs(%26 : tensor<1x4x4x16xf32>) -> tensor<1x4x4x16xf32>
    %29 = tensor.empty() : tensor<1x4x4x16xf32>
    %30 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%28 : tensor<1x4x4x16xf32>) outs(%29 : tensor<1x4x4x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %41 = linalg.index 1 : index
      %42 = arith.subi %41, %c1 : index
      %43 = arith.minsi %42, %c0 : index
      %44 = arith.addi %43, %c3 : index
      %45 = arith.subi %c2, %41 : index
      %46 = arith.minsi %45, %c0 : index
      %47 = arith.addi %44, %46 : index
      %48 = arith.maxsi %47, %c1 : index
      %49 = linalg.index 2 : index
      %50 = arith.subi %49, %c1 : index
      %51 = arith.minsi %50, %c0 : index
      %52 = arith.addi %51, %c3 : index
      %53 = arith.subi %c2, %49 : index
      %54 = arith.minsi %53, %c0 : index
      %55 = arith.addi %52, %54 : index
      %56 = arith.maxsi %55, %c1 : index
      %57 = arith.muli %48, %56 : index
      %58 = arith.index_cast %57 : index to i32
      %59 = arith.sitofp %58 : i32 to f32
      %60 = arith.divf %in, %59 : f32
      linalg.yield %60 : f32
    } -> tensor<1x4x4x16xf32>
    %31 = tensor.empty() : tensor<1x1x1x16xf32>
    %32 = linalg.fill ins(%cst_10 : f32) outs(%31 : tensor<1x1x1x16xf32>) -> tensor<1x1x1x16xf32>
    %33 = tensor.empty() : tensor<4x4xf32>
    %34 = linalg.pooling_nhwc_sum {dilations = dense<1> : vector<2xi64>, strides = dense<4> : vector<2xi64>} ins(%30, %33 : tensor<1x4x4x16xf32>, tensor<4x4xf32>) outs(%32 : tensor<1x1x1x16xf32>) -> tensor<1x1x1x16xf32>
    %35 = tensor.empty() : tensor<1x1x1x16xf32>
    %36 = linalg.generic {indexing_maps = [#map1, #map1], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%34 : tensor<1x1x1x16xf32>) outs(%35 : tensor<1x1x1x16xf32>) {
    ^bb0(%in: f32, %out: f32):
      %41 = arith.divf %in, %cst : f32
      linalg.yield %41 : f32
    } -> tensor<1x1x1x16xf32>
    %collapsed_14 = tensor.collapse_shape %36 [[0, 1, 2], [3]] : tensor<1x1x1x16xf32> into tensor<1x16xf32>
    %37 = tensor.empty() : tensor<16x10xf32>
    %transposed_15 = linalg.transpose ins(%cst_1 : tensor<10x16xf32>) outs(%37 : tensor<16x10xf32>) permutation = [1, 0] 
    %38 = tensor.empty() : tensor<1x10xf32>
    %39 = linalg.generic {indexing_maps = [#map3, #map4], iterator_types = ["parallel", "parallel"]} ins(%cst_0 : tensor<10xf32>) outs(%38 : tensor<1x10xf32>) {
    ^bb0(%in: f32, %out: f32):
      linalg.yield %in : f32
    } -> tensor<1x10xf32>
    %40 = linalg.matmul ins(%collapsed_14, %transposed_15 : tensor<1x16xf32>, tensor<16x10xf32>) outs(%39 : tensor<1x10xf32>) -> tensor<1x10xf32>
    return %40 : tensor<1x10xf32>
  }
}

