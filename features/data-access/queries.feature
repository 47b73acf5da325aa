@producer
Feature: Queries over reports

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
      | CADPrint   | 2.0     | 7    |
      | PhotoScan  | 1.0     | 5    |
    And a line item "ACT01" of 1000 tokens
    And LisaBarry requests:
      | item       | version | count |
      | PhotoPrint | 1.0     | 10    |
      | CADPrint   | 2.0     | 2     |
      | PhotoScan  | 1.0     | 1     |

  @DAPI-027 @DAPI-030 @DAPI-034 @usage @site
  Scenario Outline: The operator <operator>
    When the "usage" report is pulled with:
      | parameter | value                              |
      | query     | {"<field>":{"<operator>":<value>}} |
    Then the report has <rows> rows

    Examples:
      | field         | operator | value                      | rows |
      | Item          | $eq      | "PhotoPrint"               | 1    |
      | Item          | $ne      | "PhotoPrint"               | 2    |
      | Item          | $sw      | "Photo"                    | 2    |
      | Item          | $sw      | "Print"                    | 0    |
      | Item          | $ew      | "Print"                    | 2    |
      | Item          | $ew      | "Photo"                    | 0    |
      | Item          | $con     | "toP"                      | 1    |
      | Item          | $in      | ["PhotoScan","PhotoPrint"] | 2    |
      | Item          | $nin     | ["PhotoScan","PhotoPrint"] | 1    |
      | meterQuantity | $gt      | 14                         | 1    |
      | meterQuantity | $gte     | 14                         | 2    |
      | meterQuantity | $lt      | 14                         | 1    |
      | meterQuantity | $lte     | 14                         | 2    |
      | meterQuantity | $btw     | [5,14]                     | 2    |
      | meterQuantity | $btw     | [14,30]                    | 2    |

  @DAPI-031 @usage @site
  Scenario: Clauses side by side
    When the "usage" report is pulled with:
      | parameter | value                                               |
      | query     | {"Item":{"$sw":"Photo"},"meterQuantity":{"$gt":14}} |
    Then the report rows are:
      | Item       |
      | PhotoPrint |

  @DAPI-030 @usage @site
  Scenario: Clauses of which all hold, and of which one holds
    When the "usage" report is pulled with:
      | parameter | value                                                        |
      | query     | {"$and":{"Item":{"$sw":"Photo"},"meterQuantity":{"$gt":14}}} |
    Then the report has 1 row
    When the "usage" report is pulled with:
      | parameter | value                                                           |
      | query     | {"$or":{"Item":{"$eq":"PhotoScan"},"meterQuantity":{"$gt":14}}} |
    Then the report has 2 rows

  @DAPI-093 @usage @site
  Scenario: A filter as a plain parameter
    When the "usage" report is pulled with:
      | parameter | value    |
      | Item      | CADPrint |
    Then the report rows are:
      | Item     | meterQuantity |
      | CADPrint | 14            |
