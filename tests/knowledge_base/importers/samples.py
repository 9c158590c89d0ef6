"""Small files in the layouts of other systems, written by us."""

from __future__ import annotations

OWN_PRODUCTS = """\
product,sku,name_en,name_zh,brand,category,colour,size,price,stock,attributes_en,attributes_zh,\
description_en,description_zh,url,tags,image
oak-stool,OAK-1,Oak stool,橡木凳,Fen,everything,natural,,59.00,4,material: oak; height: 45 cm,\
材质: 橡木,"A stool, three legs.",三条腿的凳子。,https://shop.example/p/oak-stool,stool;oak,
oak-stool,OAK-2,,,,,black,,62.00,0,,,,,,,
"""

SHOPIFY = """\
Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,\
Option2 Name,Option2 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,\
Variant Inventory Policy,Variant Price,Image Src,Status,Weave (product.metafields.custom.weave)
linen-shirt,Linen shirt,"<p>Cool &amp; light.</p><script>alert(1)</script><ul>\
<li>Wash at 30</li></ul>",Fen,Apparel > Shirts,Shirts,"linen, summer",true,\
Color,Blue,Size,M,LIN-B-M,shopify,7,deny,49.00,\
https://cdn.example/linen.jpg,active,plain
linen-shirt,,,,,,,,,Blue,,L,LIN-B-L,shopify,0,deny,49.00,,,
linen-shirt,,,,,,,,,White,,M,,shopify,-2,continue,45.00,https://cdn.example/linen-2.jpg,,
linen-shirt,,,,,,,,,,,,,,,,,https://cdn.example/linen-3.jpg,,
gift-card,Gift card,,Fen,,,,true,Title,Default Title,,,,,,deny,25.00,,active,
old-hat,Old hat,,Fen,,Hats,,true,Title,Default Title,,,HAT-1,shopify,3,deny,19.00,,archived,
wool-hat,Wool hat,,Fen,,Hats,,true,Title,Default Title,,,HAT-2,shopify,3,deny,cheap,,active,
"""

SHOPIFY_NEWER = """\
Title,URL handle,Description,Vendor,Product category,Type,Tags,Published on online store,Status,\
SKU,Option1 name,Option1 value,Price,Inventory tracker,Inventory quantity,\
Continue selling when out of stock,Product image URL
Reed basket,reed-basket,<p>Woven by hand.</p>,Fen,Home > Baskets,,,TRUE,Active,\
REED-1,Title,Default Title,18.50,shopify,5,FALSE,
"""

WOOCOMMERCE = """\
ID,Type,SKU,Name,Published,Visibility in catalog,Short description,Description,\
Date sale price starts,Date sale price ends,In stock?,Stock,Backorders allowed?,Sale price,\
Regular price,Categories,Tags,Images,Parent,Attribute 1 name,Attribute 1 value(s),\
Attribute 2 name,Attribute 2 value(s)
10,variable,HOOD,Hoodie,1,visible,Warm.,<b>Brushed</b> cotton.,,,1,,0,,,"Clothing > Hoodies, Sale",\
"warm, cotton",https://cdn.example/hood.jpg,,Color,"Red, Green",Fit,loose
11,variation,HOOD-R,Hoodie - Red,1,visible,,,,,1,3,0,,"39,90",,,,HOOD,Color,Red,Fit,loose
12,variation,,Hoodie - Green,1,visible,,,2026-01-01,2026-12-31,1,,0,35.00,39.90,,,,id:10,Color,\
Green,Fit,loose
13,simple,CAP,Cap,1,visible,,,2020-01-01,2020-01-31,0,,0,5.00,12.00,Clothing,,,,,,,
14,simple,SECRET,Secret,0,visible,,,,,1,,0,,1.00,,,,,,,,
15,variation,LOST,Lost,1,visible,,,,,1,,0,,1.00,,,,NOBODY,,,,
16,variable,EMPTY,Empty,1,visible,,,,,1,,0,,,,,,,,,,
"""

MERCHANT_XML = """\
<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">
<channel>
<title>Fen</title>
<item>
<g:id>MUG-R</g:id><g:item_group_id>mug</g:item_group_id><g:title>Mug</g:title>
<g:description>Holds 300 ml.</g:description><g:link>https://shop.example/mug</g:link>
<g:image_link>https://cdn.example/mug.jpg</g:image_link>
<g:availability>in_stock</g:availability><g:price>12.00 EUR</g:price>
<g:sale_price>9.50 EUR</g:sale_price>
<g:sale_price_effective_date>2026-01-01T00:00+00:00/2026-12-31T00:00+00:00\
</g:sale_price_effective_date>
<g:shipping><g:country>NL</g:country><g:price>4.00 EUR</g:price></g:shipping>
<g:product_detail><g:section_name>General</g:section_name><g:attribute_name>Glaze\
</g:attribute_name><g:attribute_value>matt</g:attribute_value></g:product_detail>
<g:brand>Fen</g:brand><g:color>red</g:color><g:product_type>Kitchen &gt; Mugs</g:product_type>
</item>
<item>
<g:id>MUG-B</g:id><g:item_group_id>mug</g:item_group_id><g:title>Mug</g:title>
<g:availability>out of stock</g:availability><g:price>12.00 EUR</g:price><g:color>blue</g:color>
</item>
<item>
<g:id>JUG</g:id><g:title>Jug</g:title><g:availability>in_stock</g:availability>
<g:price>20.00 USD</g:price>
</item>
</channel>
</rss>
"""

MERCHANT_TSV = (
    "id\ttitle\tdescription\tlink\timage link\tavailability\tprice\titem group id\tcolor\n"
    "MUG-R\tMug\tHolds 300 ml.\thttps://shop.example/mug\t\tin stock\t12.00 EUR\tmug\tred\n"
    "BOWL\tBowl\t\thttps://shop.example/bowl\t\tsoon\t8.00 EUR\t\t\n"
)

SHOPIFY_ORDERS = """\
Name,Email,Financial Status,Fulfillment Status,Currency,Total,Created at,Lineitem quantity,\
Lineitem name,Lineitem sku,Shipping Name,Shipping Phone,Cancelled at,Phone
#1001,ann@example.com,paid,fulfilled,EUR,28.50,2026-10-02 09:30:00 +0200,2,Example mug,EX-MUG-1,\
Ann Ash,+31 6 0000 0001,,
#1001,ann@example.com,,,,,2026-10-02 09:30:00 +0200,1,Oak stool,OAK-1,,,,
#1002,bo@example.com,refunded,,EUR,9.50,2026-10-03 10:00:00 +0200,1,Example mug,EX-MUG-1,Bo,,,
#1003,cy@example.com,paid,,USD,9.50,2026-10-04 10:00:00 +0200,1,Example mug,EX-MUG-1,Cy,,,
"""

OWN_ORDERS = """\
number,email,phone,name,placed_at,status,carrier,tracking,expected_on,items,total
JJ-1,ann@example.com,,Ann,2026-10-01T09:00:00+02:00,shipped,DHL,T1,2026-10-05,EX-MUG-1 x 2,19.00
JJ-2,bo@example.com,,Bo,yesterday,shipped,,,,EX-MUG-1 x 1,9.50
JJ-3,,,Cy,2026-10-01,shipped,,,,EX-MUG-1 x 1,9.50
"""

REVIEWS = """\
product,rating,title,text,author,date
example-mug,5,Good,Keeps tea warm.,Ann,2026-05-01
example-mug,4,不错,杯子很好看，保温也可以。,小王,2026-05-02
no-such-mug,4,Hm,What mug?,Bo,2026-05-03
example-mug,9,Ten,Ten of five.,Cy,2026-05-04
"""

ENTRIES = """\
id,title_en,questions_en,answer_en,questions_zh,answer_zh,tags
returns,Returns,"How long can I return?
Can I send it back?",Within 30 days.,可以退货吗？,30 天内可以退货。,returns;orders
empty,Empty,Is it empty?,,,,
"""

SIMPLE_ENTRIES = """\
question,answer
Do you ship to Norway?,"Yes, in five days."
你们寄到挪威吗？,寄，五天到。
,No question here.
"""
